using System.CommandLine;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace completions SHELL</c>: prints a script to source.</summary>
internal static class CompletionsCommand
{
    private const string Verbs = "list attach run count hist latency stacks alloc recover doctor completions";

    private const string Options =
        "--events --rate-limit --max-overhead --print --args --locals --stack --stack-size --stack-walk --where --by --value --stat --linear --log --interval --top --max-keys --duration --backend --returns --format --output --strlen --providers --fail-on-loss --as-root --no-color --verbose -vv";

    private const string StacksOptions = "--native --threads --locals --no-stop --json";

    private const string Bash = $$"""
        # sharptrace completions for bash: source <(sharptrace completions bash)
        _sharptrace() {
            local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
            COMP_WORDBREAKS=${COMP_WORDBREAKS//:}
            if [ "$COMP_CWORD" -eq 1 ]; then
                COMPREPLY=($(compgen -W "{{Verbs}}" -- "$cur")); return
            fi
            case $prev in
                --backend) COMPREPLY=($(compgen -W "auto ebpf perf ptrace" -- "$cur")); return;;
                --returns) COMPREPLY=($(compgen -W "auto kernel sites" -- "$cur")); return;;
                --stat) COMPREPLY=($(compgen -W "histogram sum avg min max stddev" -- "$cur")); return;;
                --format) COMPREPLY=($(compgen -W "text json" -- "$cur")); return;;
                -o|--output) COMPREPLY=($(compgen -f -- "$cur")); return;;
                completions) COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")); return;;
            esac
            if [[ $verb == stacks ]]; then
                if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "{{StacksOptions}}" -- "$cur"))
                elif [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W "$(cd /proc && echo [0-9]*)" -- "$cur")); fi
                return
            fi
            if [[ $verb == recover ]]; then
                [ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W "$(cd /proc && echo [0-9]*)" -- "$cur")); return
            fi
            if [[ $cur == -* ]]; then
                COMPREPLY=($(compgen -W "{{Options}}" -- "$cur")); return
            fi
            case $verb in
                attach|list|count|hist|latency)
                    if [ "$COMP_CWORD" -eq 2 ]; then
                        COMPREPLY=($(compgen -W "$(cd /proc && echo [0-9]*)" -- "$cur"))
                        [ "$verb" = list ] && COMPREPLY+=($(compgen -f -- "$cur"))
                    else
                        COMPREPLY=($(compgen -W "$(sharptrace list "${COMP_WORDS[2]}" --names 2>/dev/null)" -- "$cur"))
                    fi;;
                run) COMPREPLY=($(compgen -c -- "$cur"));;
            esac
        }
        complete -F _sharptrace sharptrace
        """;

    private const string Zsh = $$"""
        #compdef sharptrace
        # sharptrace completions for zsh: source <(sharptrace completions zsh)
        _sharptrace() {
            if (( CURRENT == 2 )); then compadd {{Verbs}}; return; fi
            case $words[CURRENT-1] in
                --backend) compadd auto ebpf perf ptrace; return;;
                --returns) compadd auto kernel sites; return;;
                --stat) compadd histogram sum avg min max stddev; return;;
                --format) compadd text json; return;;
                -o|--output) _files; return;;
                completions) compadd bash zsh fish; return;;
            esac
            if [[ $words[2] == stacks ]]; then
                if [[ $words[CURRENT] == -* ]]; then compadd -- {{StacksOptions}}
                elif (( CURRENT == 3 )); then compadd -- ${(f)"$(cd /proc && print -l [0-9]*)"}; fi
                return
            fi
            if [[ $words[2] == recover ]]; then
                (( CURRENT == 3 )) && compadd -- ${(f)"$(cd /proc && print -l [0-9]*)"}
                return
            fi
            if [[ $words[CURRENT] == -* ]]; then compadd -- {{Options}}; return; fi
            case $words[2] in
                attach|list|count|hist|latency)
                    if (( CURRENT == 3 )); then compadd -- ${(f)"$(cd /proc && print -l [0-9]*)"}; [[ $words[2] == list ]] && _files
                    else compadd -- ${(f)"$(sharptrace list $words[3] --names 2>/dev/null)"}; fi;;
                run) _command_names;;
            esac
        }
        compdef _sharptrace sharptrace
        """;

    private const string Fish = $"""
        # sharptrace completions for fish: sharptrace completions fish | source
        complete -c sharptrace -f
        complete -c sharptrace -n __fish_use_subcommand -a '{Verbs}'
        complete -c sharptrace -n '__fish_seen_subcommand_from attach list count hist latency stacks recover; and test (count (commandline -opc)) -eq 2' -a '(__fish_complete_pids)'
        complete -c sharptrace -n '__fish_seen_subcommand_from attach list count hist latency; and test (count (commandline -opc)) -gt 2' -a '(sharptrace list (commandline -opc)[3] --names 2>/dev/null)'
        complete -c sharptrace -n '__fish_seen_subcommand_from completions' -a 'bash zsh fish'
        complete -c sharptrace -n '__fish_seen_subcommand_from stacks' -l native
        complete -c sharptrace -n '__fish_seen_subcommand_from stacks' -l locals
        complete -c sharptrace -n '__fish_seen_subcommand_from stacks' -l no-stop
        complete -c sharptrace -n '__fish_seen_subcommand_from stacks' -l json
        complete -c sharptrace -n '__fish_seen_subcommand_from stacks' -l threads -x
        complete -c sharptrace -l backend -xa 'auto ebpf perf ptrace'
        complete -c sharptrace -l returns -xa 'auto kernel sites'
        complete -c sharptrace -l format -xa 'text json'
        complete -c sharptrace -s o -l output -r
        complete -c sharptrace -s n -l events -x
        complete -c sharptrace -l rate-limit -x
        complete -c sharptrace -l where -x
        complete -c sharptrace -l by -x
        complete -c sharptrace -l value -x
        complete -c sharptrace -l stat -xa 'histogram sum avg min max stddev'
        complete -c sharptrace -l linear -x
        complete -c sharptrace -l log -x
        complete -c sharptrace -l interval -x
        complete -c sharptrace -l top -x
        complete -c sharptrace -l max-keys -x
        complete -c sharptrace -l duration -x
        complete -c sharptrace -l max-overhead -x
        complete -c sharptrace -l strlen -x
        complete -c sharptrace -l providers -r
        complete -c sharptrace -l fail-on-loss
        complete -c sharptrace -l no-color
        complete -c sharptrace -s v -l verbose
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completions", "Prints a completion script for a shell.") { shell };
        command.SetAction(result =>
        {
            Console.Out.WriteLine(result.GetValue(shell) switch { "zsh" => Zsh, "fish" => Fish, _ => Bash });
            return (int)ExitCode.Ok;
        });
        return command;
    }
}
