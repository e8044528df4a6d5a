# A Tcl program that counts its own calls: prints "ready PID", waits for a line, runs its phases, prints "over", waits for a line, and prints what was called, how often, from where on.
# Every procedure counts itself under the word that it is called by, so that no trace changes how it runs. What has another word is counted as <lambda>, <object>, <class>, <none>.
fconfigure stdout -buffering line
array set calls {}
array set errors {}

proc fib n {
    incr ::calls(fib)
    if {$n < 2} { return $n }
    expr {[fib [expr {$n - 1}]] + [fib [expr {$n - 2}]]}
}

proc inner {} { incr ::calls(inner); incr ::errors(inner); error "thrown" }
proc middle {} { incr ::calls(middle); incr ::errors(middle); inner }
proc outer {} { incr ::calls(outer); incr ::errors(outer); middle }

proc with_arguments {a {b two} args} { incr ::calls(with_arguments); list $a $b $args }
proc wrong_arguments {a b} { incr ::calls(wrong_arguments) }
proc returns_early x { incr ::calls(returns_early); if {$x} { return early }; return late }
proc compares {a b} { incr ::calls(compares); expr {$a - $b} }
proc called_back args { incr ::calls(called_back) }
proc traced args { incr ::calls(traced) }
proc tail_called n { incr ::calls(tail_called); if {$n > 0} { tailcall tail_called [expr {$n - 1}] } }
namespace eval inside { proc named x { incr ::calls(inside::named); set x } }
proc "of a strange name: \u00e9 \u4e2d" {} { incr "::calls(of a strange name: \u00e9 \u4e2d)" }
proc generates {} {
    incr ::calls(generates)
    for {set k 0} {$k < 5} {incr k} { yield $k }
}

proc run {} {
    incr ::calls(run)
    fib 20
    for {set k 0} {$k < 100} {incr k} { catch outer }
    with_arguments 1
    with_arguments 1 2 3 4
    for {set k 0} {$k < 10} {incr k} { catch {wrong_arguments 1} }
    for {set k 0} {$k < 10} {incr k} { returns_early [expr {$k % 2}] }
    lsort -command compares {5 3 9 1 7 2}
    for {set k 0} {$k < 20} {incr k} { uplevel 1 called_back; eval called_back $k; apply {x { incr ::calls(<lambda>) }} $k }
    after 0 called_back
    update
    set ::watched 0
    trace add variable ::watched write traced
    for {set k 0} {$k < 7} {incr k} { set ::watched $k }
    tail_called 9
    for {set k 0} {$k < 30} {incr k} { inside::named $k }
    "of a strange name: \u00e9 \u4e2d"
    coroutine gen generates
    for {set k 0} {$k < 3} {incr k} { gen }
    # What a coroutine is in the midst of when it is deleted ends by an error.
    rename gen {}
    incr ::errors(generates)
    interp create other
    other eval { proc alone {} { return there } ; for {set k 0} {$k < 11} {incr k} { alone } }
    incr ::calls(alone) 11
    interp delete other
    set o [counted new]
    for {set k 0} {$k < 13} {incr k} { $o step }
    $o destroy
}

oo::class create counted {
    constructor {} { incr ::calls(<class>) }
    destructor { incr ::calls(<none>) }
    method step {} { incr ::calls(<object>) }
}

puts "ready [pid]"
gets stdin
run
puts over
gets stdin
foreach name [lsort [array names calls]] { puts "calls $calls($name) $name" }
foreach name [lsort [array names errors]] { puts "errors $errors($name) $name" }
puts done
