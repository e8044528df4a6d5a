<?php
// Traced while it runs: it says "ready PID", waits for a line, runs its phases, says how often it has called each of its functions, "over", and waits again. Every function counts its own calls by an
// array, so that counting calls nothing. What it does is the same in every run.
declare(strict_types=1);

$calls = [];

function fib(int $n): int
{
    @++$GLOBALS['calls']['fib'];
    return $n < 2 ? $n : fib($n - 1) + fib($n - 2);
}

abstract class Base
{
    public function __construct(protected int $value)
    {
        @++$GLOBALS['calls']['Base::__construct'];
    }

    public function __destruct()
    {
        @++$GLOBALS['calls']['Base::__destruct'];
    }

    public static function make(int $value): static
    {
        @++$GLOBALS['calls']['Base::make'];
        return new static($value);
    }

    abstract public function area(): int;
}

final class Square extends Base implements Countable, ArrayAccess, IteratorAggregate
{
    use Described;

    public function area(): int
    {
        @++$GLOBALS['calls']['Square::area'];
        return $this->value * $this->value;
    }

    public function count(): int
    {
        @++$GLOBALS['calls']['Square::count'];
        return $this->value;
    }

    public function offsetExists(mixed $offset): bool
    {
        @++$GLOBALS['calls']['Square::offsetExists'];
        return true;
    }

    public function offsetGet(mixed $offset): mixed
    {
        @++$GLOBALS['calls']['Square::offsetGet'];
        return $offset;
    }

    public function offsetSet(mixed $offset, mixed $value): void
    {
        @++$GLOBALS['calls']['Square::offsetSet'];
    }

    public function offsetUnset(mixed $offset): void
    {
        @++$GLOBALS['calls']['Square::offsetUnset'];
    }

    public function getIterator(): Iterator
    {
        @++$GLOBALS['calls']['Square::getIterator'];
        return new ArrayIterator([1, 2]);
    }
}

trait Described
{
    public function describe(): string
    {
        @++$GLOBALS['calls']['Square::describe'];
        return 'a square';
    }
}

class Magic
{
    private array $values = [];

    public function __call($name, $arguments)
    {
        @++$GLOBALS['calls']['Magic::__call'];
        return count($arguments);
    }

    public static function __callStatic($name, $arguments)
    {
        @++$GLOBALS['calls']['Magic::__callStatic'];
        return $name;
    }

    public function __get($name)
    {
        @++$GLOBALS['calls']['Magic::__get'];
        return $this->values[$name] ?? 0;
    }

    public function __set($name, $value)
    {
        @++$GLOBALS['calls']['Magic::__set'];
        $this->values[$name] = $value;
    }

    public function __invoke($x)
    {
        @++$GLOBALS['calls']['Magic::__invoke'];
        return $x;
    }

    public function __toString(): string
    {
        @++$GLOBALS['calls']['Magic::__toString'];
        return 'magic';
    }
}

function throws(int $depth)
{
    @++$GLOBALS['calls']['throws'];
    if ($depth == 0)
        throw new DomainException('on purpose');
    return throws($depth - 1);
}

function finishes(int $depth)
{
    @++$GLOBALS['calls']['finishes'];
    try {
        if ($depth == 0)
            throw new DomainException('on purpose');
        return finishes($depth - 1);
    } finally {
        noted($depth);
    }
}

function swallows()
{
    @++$GLOBALS['calls']['swallows'];
    try {
        throws(2);
    } finally {
        return 3;
    }
}

function refuses(int $typed)
{
    return $typed;
}

function noted($x)
{
    @++$GLOBALS['calls']['noted'];
    return $x;
}

function with_defaults($a, $b = 2, ...$more)
{
    @++$GLOBALS['calls']['with_defaults'];
    return $a + $b + count($more);
}

function &by_reference(array &$list)
{
    @++$GLOBALS['calls']['by_reference'];
    return $list[0];
}

function numbers(int $count)
{
    for ($k = 0; $k < $count; $k++)
        yield $k;
    return $count;
}

function delegates()
{
    $sum = yield from numbers(3);
    yield from [10, 11];
    $sum += yield from numbers(0);
    return $sum;
}

function guarded()
{
    try {
        yield 1;
        yield 2;
    } finally {
        noted('closed');
    }
}

function fails_later()
{
    yield 1;
    throw new DomainException('in a generator');
}

function catches_inside()
{
    while (true) {
        try {
            $x = yield;
            noted($x);
        } catch (DomainException $e) {
            return 'caught';
        }
    }
}

function in_fiber(int $rounds)
{
    @++$GLOBALS['calls']['in_fiber'];
    for ($k = 0; $k < $rounds; $k++)
        Fiber::suspend(noted($k));
    return 'ended';
}

function recursion()
{
    return fib(20);
}

function methods()
{
    for ($k = 0; $k < 100; $k++) {
        $square = Square::make($k);
        $square->area();
        $square->describe();
        count($square);
        isset($square['x']);
        $square['x'];
        $square['x'] = 1;
        unset($square['x']);
        foreach ($square as $x)
            noted($x);
    }
}

function magic()
{
    $magic = new Magic();
    for ($k = 0; $k < 50; $k++) {
        $magic->nothing(1, 2);
        Magic::nowhere();
        $magic->$k = $k;
        $magic->$k;
        $magic($k);
        "$magic";
        call_user_func([$magic, 'absent'], 1);
        call_user_func('Magic::absent');
    }
}

function exceptions()
{
    $caught = 0;
    for ($k = 0; $k < 40; $k++) {
        foreach (['throws', 'finishes'] as $function) {
            try {
                $function(5);
            } catch (DomainException) {
                $caught++;
            }
        }

        swallows();
        // It is called, and fails where it receives its argument.
        @++$GLOBALS['calls']['refuses'];
        try {
            refuses('text');
        } catch (TypeError) {
            $caught++;
        }

        try {
            array_map('throws', [1, 2]);
        } catch (DomainException) {
            $caught++;
        }
    }

    return $caught;
}

function callbacks()
{
    $factor = 3;
    $list = range(1, 20);
    array_map(function ($x) use ($factor) {
        @++$GLOBALS['calls']['{closure}'];
        return $x * $factor;
    }, $list);
    usort($list, function ($a, $b) {
        @++$GLOBALS['calls']['{closure}'];
        return noted($b) <=> noted($a);
    });
    array_walk($list, 'noted');
    call_user_func_array('with_defaults', [1, 2, 3]);
    array_filter($list, (new Magic())(...));
    $first = strlen(...);
    $first('x');
    preg_replace_callback('/a/', static function ($found) {
        @++$GLOBALS['calls']['{closure}'];
        return 'b';
    }, 'banana');
    $named = noted(...);
    $named(1);
    (function () {
        @++$GLOBALS['calls']['Magic::{closure}'];
    })->call(new Magic());
    register_shutdown_function('noted', 'shutdown');
}

function arguments()
{
    $list = [1, 2];
    for ($k = 0; $k < 20; $k++) {
        with_defaults(1);
        with_defaults(1, 2, 3, 4);
        with_defaults(b: 3, a: 1);
        with_defaults(...[1, 2, 3]);
        $reference = &by_reference($list);
        $name = 'noted';
        $name($k);
    }
}

function generators()
{
    for ($k = 0; $k < 10; $k++) {
        foreach (numbers(5) as $x)
            noted($x);
        foreach (delegates() as $x)
            noted($x);
        numbers(3);
        $unused = numbers(3);
        $half = guarded();
        $half->current();
        unset($half);
        iterator_to_array(guarded(), false);
        try {
            foreach (fails_later() as $x)
                noted($x);
        } catch (DomainException) {
        }

        $inside = catches_inside();
        $inside->send('a');
        $inside->send('b');
        $inside->throw(new DomainException('into a generator'));
        $inside->getReturn();
        $made = call_user_func('numbers', 2);
        foreach ($made as $x)
            noted($x);
    }
}

function fibers()
{
    for ($k = 0; $k < 10; $k++) {
        $fiber = new Fiber('in_fiber');
        $fiber->start(3);
        while (!$fiber->isTerminated())
            $fiber->resume();
        $left = new Fiber('in_fiber');
        $left->start(3);
        unset($left);
        gc_collect_cycles();
    }
}

function files()
{
    for ($k = 0; $k < 10; $k++) {
        $result = include __DIR__ . '/included.php';
        eval('noted(1); return 2;');
    }

    eval('function evaluated() { @++$GLOBALS["calls"]["evaluated"]; return new class { function inside() { @++$GLOBALS["calls"]["class@anonymous::inside"]; } }; }');
    evaluated()->inside();
}

function internal()
{
    for ($k = 0; $k < 20; $k++) {
        str_repeat('x', $k);
        array_sum([1, 2]);
        max($k, 3);
        (new ArrayObject([1]))->count();
    }
}

$phases = ['recursion', 'methods', 'magic', 'exceptions', 'callbacks', 'arguments', 'generators', 'fibers', 'files', 'internal'];
echo 'ready ', getmypid(), "\n";
fgets(STDIN);
foreach ($phases as $phase) {
    @++$calls[$phase];
    $phase();
}

foreach ($calls as $name => $count)
    echo "calls $count $name\n";
echo "over\n";
fgets(STDIN);
