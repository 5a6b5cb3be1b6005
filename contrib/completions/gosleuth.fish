# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_gosleuth_global_optspecs
    string join \n h/help V/version
end

function __fish_gosleuth_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_gosleuth_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_gosleuth_using_subcommand
    set -l cmd (__fish_gosleuth_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c gosleuth -n "__fish_gosleuth_needs_command" -s h -l help -d 'Print help'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -s V -l version -d 'Print version'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "capture" -d 'Take everything that explains an incident from running processes, without harming them, into one file'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "case" -d 'Lay the source beside the evidence: what the code allows, and what the process did'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "check" -d 'Find concurrency faults in Go source: leaks, deadlocks, races, panics, lost contexts, unclosed resources'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "ci" -d 'Check a change in continuous integration: findings, gofmt, go vet, with reports and one exit code'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "inspect" -d 'Explain what a Go process left behind: dumps, profiles, crashes, race reports, runtime logs'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "list" -d 'Show which packages and files would be analysed, and why others would not'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "model" -d 'Show what one function and its goroutines do to channels and locks, and whether that can hang or panic'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "trace" -d 'Read an execution trace: who waits for what, who wakes whom, what the scheduler does'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "rules" -d 'List the rules of `check`'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "explain" -d 'Show the page of a rule or of a catalogue entry, or the list of all'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c gosleuth -n "__fish_gosleuth_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -s o -l output -d 'Where to: a directory, or one file if the name ends in .case' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l every -d 'Time from one round of questions to the next' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l for -d 'How long to go on; 0 makes one round [default: two rounds]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l trace -d 'Length of the execution trace in the first round; 0 takes none' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l trace-cap -d 'Most goroutines of a process of which a trace is taken' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l page -d 'Also take this page of each server in each round, for example /version. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l on -d 'Begin when this holds for one of the processes: goroutines>5000, memstats.HeapAlloc>2GiB, http_inflight>=100' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l poll -d 'With --on: time between two looks' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l captures -d 'With --on: make this many captures, NAME-1, NAME-2 and so on' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l cooldown -d 'With --captures: shortest time from the end of one capture to the beginning of the next' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l give-up -d 'With --on: give up after this time without a capture' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l stacks -d 'Ask for every stack with wait times (goroutine?debug=2), which stops the target while it is written' -r -f -a "auto\t'When it is cheap enough'
always\t'Whatever it costs'
never\t'Not at all'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l stacks-cap -d 'With --stacks=auto: most goroutines for which every stack is asked' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l leaks -d 'Ask for the goroutineleak profile, which forces a garbage collection in the target' -r -f -a "auto\t'When it is cheap enough'
always\t'Whatever it costs'
never\t'Not at all'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l leaks-cap -d 'With --leaks=auto: most waiting goroutines for which the leak profile is asked' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l spacing -d 'Time between two requests' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l connect-timeout -d 'Longest time to connect' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l read-timeout -d 'Longest time until the target begins to answer' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l total-timeout -d 'Longest time for one request' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l max-response -d 'Most bytes of one response; the rest is left out and said so' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l header -d 'Extra request header, NAME: VALUE, or @FILE with one per line. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l bearer-file -d 'File that holds a bearer token' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l user -d 'User and password for basic authentication, NAME:PASSWORD, or @FILE that holds them' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l ca -d 'Certificate authorities to trust, PEM, instead of those of the system' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l cert -d 'Client certificate, PEM' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l key -d 'Key of the client certificate, PEM' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -l insecure -d 'Do not verify the target\'s certificate'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand capture" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l source -d 'Where the source is: a directory, or git:REV for a revision of the repository around this directory' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l packages -d 'Packages of the source, as the go command takes them; may be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l tags -d 'Build tags, with commas between them; instead of those of GOFLAGS' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l goos -d 'Operating system of the build, instead of GOOS or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l goarch -d 'Processor of the build, instead of GOARCH or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l extend-select -d 'Rules to run in addition to the default set' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l budget -d 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l logs -d 'A log of the program, for the time line; - is standard input; may be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l log-zone -d 'Zone of times in logs that do not say it, such as +01:00' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l baseline -d 'Evidence of a good state, to compare the inputs with; may be given several times' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l timeout -d 'Ask CMD for a dump with SIGQUIT and end it after this time, for example 90s or 10m' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l state -d 'Only goroutines in this state; a prefix, so `chan` is every channel operation. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l min-wait -d 'Only goroutines that have waited at least this long, in whole minutes (5m, 2h)' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l match -d 'Only stacks with this text in a function or file:line. May be repeated: any of them' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l without -d 'Only stacks without this text in any function or file:line. May be repeated: none of them' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l created-by -d 'Only goroutines whose creation site has this text. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l label -d 'Only goroutines with this pprof label: KEY or KEY=VALUE. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l group-by -d 'What makes goroutines one group' -r -f -a "stack\t'Equal stacks'
top\t'Equal innermost frame'
site\t'Equal first frame of the program\'s own code'
creator\t'Equal creation site'
label\t'Equal pprof label'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l label-key -d 'With --group-by label: the key to group by; without it, the whole label set' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l top -d 'Most rows of each list after the suspects; 0 shows all [default: 10, in HTML 2000, in JSON all]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l max-goroutines -d 'Goroutines of one process that are too many [default: 5000]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l max-blocked -d 'Blocked at one site longer than this is too long [default: 5m]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l max-heap-growth -d 'Heap growth per minute that is too fast [default: 2GiB]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l max-gc-pause -d '99th percentile of garbage collector pauses that is too long [default: 200ms]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l max-gc-cpu -d 'Share of processor time for the garbage collector that is too large, percent [default: 25]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l max-run-queue -d 'Runnable goroutines per processor that are too many [default: 10]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l limit -d 'With several snapshots: forecast when this many goroutines are reached [default: 100000]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l format -d 'Form of the report' -r -f -a "text\t'For a person at a terminal'
json\t'One versioned document for programs'
markdown\t'For an incident ticket'
html\t'One self-contained page with search, stack picture and growth chart'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -s o -l output -d 'Write the report to FILE instead of standard output' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l color -d 'When to use colour; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l fail-on -d 'What makes exit code 1: a verdict (proved, corroborated, observed), a severity (error, warning, advice), any, or never' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l count -d 'Take this many snapshots' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l interval -d 'Time between two snapshots' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l stacks -d 'Ask for every stack with wait times (goroutine?debug=2), which stops the target while it is written' -r -f -a "auto\t'When it is cheap enough'
always\t'Whatever it costs'
never\t'Not at all'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l stacks-cap -d 'With --stacks=auto: most goroutines for which every stack is asked' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l leaks -d 'Ask for the goroutineleak profile, which forces a garbage collection in the target' -r -f -a "auto\t'When it is cheap enough'
always\t'Whatever it costs'
never\t'Not at all'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l leaks-cap -d 'With --leaks=auto: most waiting goroutines for which the leak profile is asked' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l spacing -d 'Time between two requests' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l connect-timeout -d 'Longest time to connect' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l read-timeout -d 'Longest time until the target begins to answer' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l total-timeout -d 'Longest time for one request' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l max-response -d 'Most bytes of one response; the rest is left out and said so' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l header -d 'Extra request header, NAME: VALUE, or @FILE with one per line. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l bearer-file -d 'File that holds a bearer token' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l user -d 'User and password for basic authentication, NAME:PASSWORD, or @FILE that holds them' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l ca -d 'Certificate authorities to trust, PEM, instead of those of the system' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l cert -d 'Client certificate, PEM' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l key -d 'Key of the client certificate, PEM' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l config -d 'Configuration file' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l no-tests -d 'Leave out tests'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l no-cache -d 'Check everything anew'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l exec -d 'Run CMD, pass its output through, and explain how it died'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l full -d 'Show whole stacks, with frames of the runtime and the standard library, and every group'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l exact -d 'Tell apart stacks that differ only in arguments'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l redact -d 'Leave out what may be private: label values, arguments, directories of paths, panic values, host names'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l insecure -d 'Do not verify the target\'s certificate'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -l no-config -d 'Read no configuration file'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -a "verify" -d 'After a fix: what has become of each suspect'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -a "repro" -d 'Write a Go test that shows a suspect or a finding'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and not __fish_seen_subcommand_from verify repro help" -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from verify" -l before -d 'Evidence from before the fix; may be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from verify" -l after -d 'Evidence from after the fix; may be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from verify" -l format -d 'Form of the answer' -r -f -a "text\t'For a person at a terminal'
json\t'One versioned document for programs'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -l finding -d 'Fingerprint of a finding of `check`, or its beginning' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -s o -l output -d 'Where to write the test: a file of the package, or - for standard output; by default zz_gosleuth_repro_test.go beside the fault' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -l source -d 'Where the source is' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -l packages -d 'Packages of the source, as the go command takes them; may be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -l tags -d 'Build tags, with commas between them; instead of those of GOFLAGS' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -l goos -d 'Operating system of the build, instead of GOOS or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -l goarch -d 'Processor of the build, instead of GOARCH or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -l extend-select -d 'Rules to run in addition to the default set' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -l budget -d 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -l skeleton -d 'Write a test that is skipped, with a TODO, where a value cannot be made'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from repro" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from help" -f -a "verify" -d 'After a fix: what has become of each suspect'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from help" -f -a "repro" -d 'Write a Go test that shows a suspect or a finding'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand case; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l select -d 'Rules to run, in place of the default set' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l extend-select -d 'Rules to run in addition' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l ignore -d 'Rules not to run; the more exact word wins' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l budget -d 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l baseline -d 'File with findings that do not count' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l new-from -d 'Only findings on lines that changed since this revision of Git, files that Git does not know included' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l tags -d 'Build tags, with commas between them; instead of those of GOFLAGS' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l goos -d 'Operating system of the build, instead of GOOS or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l goarch -d 'Processor of the build, instead of GOARCH or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l format -d 'Form of the findings' -r -f -a "text\t'For a person at a terminal, with excerpts of the source'
concise\t'One line a finding'
json\t'One versioned document for programs'
sarif\t'SARIF 2.1.0 for code scanning'
junit\t'JUnit XML'
github\t'Annotations of GitHub Actions'
gitlab\t'Code quality report of GitLab'
markdown\t'For a ticket or a pull request'
html\t'With --explain-schedule: a page with a picture'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -s o -l output -d 'Write the findings to FILE instead of standard output' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l explain-schedule -d 'Show one finding with its whole schedule, the source of each step and a picture: text, or --format html or json' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l color -d 'When to use colour; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l fail-on -d 'What makes exit code 1: a severity and what is worse, any, or never [default: any]' -r -f -a "any\t'Every finding'
advice\t'Advice, warnings and errors'
warning\t'Warnings and errors'
error\t'Errors'
never\t'None'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l config -d 'Configuration file' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l fix -d 'Apply fixes that are safe, and report what is left'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l unsafe -d 'With --fix or --diff: also changes that may alter what the program does'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l diff -d 'Show the changes that --fix would make, and change nothing'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l write-baseline -d 'Write the findings of this run to the baseline file [default: gosleuth-baseline.json]'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l no-tests -d 'Leave out tests'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l checklist -d 'Say of each goroutine that is started what a review asks: a table instead of findings (text, markdown or json)'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l statistics -d 'Also say how many findings each rule has'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -s q -l quiet -d 'Show no progress'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l no-config -d 'Read no configuration file'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -l no-cache -d 'Check everything anew'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l select -d 'Rules to run, in place of the default set' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l extend-select -d 'Rules to run in addition' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l ignore -d 'Rules not to run; the more exact word wins' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l budget -d 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l baseline -d 'File with findings that do not count [default: that of the configuration, or gosleuth-baseline.json if it is there]' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l new-from -d 'Only findings on lines that changed since this revision of Git; gofmt and go vet look at everything' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l tags -d 'Build tags, with commas between them; instead of those of GOFLAGS' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l goos -d 'Operating system of the build, instead of GOOS or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l goarch -d 'Processor of the build, instead of GOARCH or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l sarif -d 'Write the findings as SARIF 2.1.0, for code scanning' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l junit -d 'Write the findings as JUnit XML' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l gitlab -d 'Write the findings as a code quality report of GitLab' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l annotations -d 'Whether annotations of GitHub Actions are written to standard output; auto: where GITHUB_ACTIONS is `true`' -r -f -a "auto\t'Where the environment is that of GitHub Actions'
github\t'Annotations of GitHub Actions'
none\t'None'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l fail-on -d 'What makes exit code 1: a severity and what is worse, any, or never [default: any]' -r -f -a "any\t'Every finding'
advice\t'Advice, warnings and errors'
warning\t'Warnings and errors'
error\t'Errors'
never\t'None'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l config -d 'Configuration file' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l no-fmt -d 'Do not run gofmt'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l no-vet -d 'Do not run go vet'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l no-errors -d 'Do not add RS007, the rule about ignored errors'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -l no-cache -d 'Check everything anew'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand ci" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l baseline -d 'Evidence of a good state, to compare the inputs with; may be given several times' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l timeout -d 'Ask CMD for a dump with SIGQUIT and end it after this time, for example 90s or 10m' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l state -d 'Only goroutines in this state; a prefix, so `chan` is every channel operation. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l min-wait -d 'Only goroutines that have waited at least this long, in whole minutes (5m, 2h)' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l match -d 'Only stacks with this text in a function or file:line. May be repeated: any of them' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l without -d 'Only stacks without this text in any function or file:line. May be repeated: none of them' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l created-by -d 'Only goroutines whose creation site has this text. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l label -d 'Only goroutines with this pprof label: KEY or KEY=VALUE. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l group-by -d 'What makes goroutines one group' -r -f -a "stack\t'Equal stacks'
top\t'Equal innermost frame'
site\t'Equal first frame of the program\'s own code'
creator\t'Equal creation site'
label\t'Equal pprof label'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l label-key -d 'With --group-by label: the key to group by; without it, the whole label set' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l top -d 'Most rows of each list after the suspects; 0 shows all [default: 10, in HTML 2000, in JSON all]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l max-goroutines -d 'Goroutines of one process that are too many [default: 5000]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l max-blocked -d 'Blocked at one site longer than this is too long [default: 5m]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l max-heap-growth -d 'Heap growth per minute that is too fast [default: 2GiB]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l max-gc-pause -d '99th percentile of garbage collector pauses that is too long [default: 200ms]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l max-gc-cpu -d 'Share of processor time for the garbage collector that is too large, percent [default: 25]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l max-run-queue -d 'Runnable goroutines per processor that are too many [default: 10]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l limit -d 'With several snapshots: forecast when this many goroutines are reached [default: 100000]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l format -d 'Form of the report' -r -f -a "text\t'For a person at a terminal'
json\t'One versioned document for programs'
markdown\t'For an incident ticket'
html\t'One self-contained page with search, stack picture and growth chart'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -s o -l output -d 'Write the report to FILE instead of standard output' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l color -d 'When to use colour; NO_COLOR is honoured' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l fail-on -d 'What makes exit code 1: a verdict (proved, corroborated, observed), a severity (error, warning, advice), any, or never' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l count -d 'Take this many snapshots' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l interval -d 'Time between two snapshots' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l stacks -d 'Ask for every stack with wait times (goroutine?debug=2), which stops the target while it is written' -r -f -a "auto\t'When it is cheap enough'
always\t'Whatever it costs'
never\t'Not at all'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l stacks-cap -d 'With --stacks=auto: most goroutines for which every stack is asked' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l leaks -d 'Ask for the goroutineleak profile, which forces a garbage collection in the target' -r -f -a "auto\t'When it is cheap enough'
always\t'Whatever it costs'
never\t'Not at all'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l leaks-cap -d 'With --leaks=auto: most waiting goroutines for which the leak profile is asked' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l spacing -d 'Time between two requests' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l connect-timeout -d 'Longest time to connect' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l read-timeout -d 'Longest time until the target begins to answer' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l total-timeout -d 'Longest time for one request' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l max-response -d 'Most bytes of one response; the rest is left out and said so' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l header -d 'Extra request header, NAME: VALUE, or @FILE with one per line. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l bearer-file -d 'File that holds a bearer token' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l user -d 'User and password for basic authentication, NAME:PASSWORD, or @FILE that holds them' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l ca -d 'Certificate authorities to trust, PEM, instead of those of the system' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l cert -d 'Client certificate, PEM' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l key -d 'Key of the client certificate, PEM' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l config -d 'Configuration file' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l exec -d 'Run CMD, pass its output through, and explain how it died'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l full -d 'Show whole stacks, with frames of the runtime and the standard library, and every group'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l exact -d 'Tell apart stacks that differ only in arguments'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l redact -d 'Leave out what may be private: label values, arguments, directories of paths, panic values, host names'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l insecure -d 'Do not verify the target\'s certificate'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -l no-config -d 'Read no configuration file'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand list" -l tags -d 'Build tags, with commas between them; instead of those of GOFLAGS' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand list" -l goos -d 'Operating system of the build, instead of GOOS or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand list" -l goarch -d 'Processor of the build, instead of GOARCH or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand list" -l format -d 'Form of the list' -r -f -a "text\t'For a person at a terminal'
json\t'One versioned document for programs'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand list" -l deps -d 'List what the packages import too, directly or not'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand list" -l test -d 'With what their tests import'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand list" -l ignored -d 'Say which directories and files are left out, and why'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand list" -s v -l verbose -d 'Name the files and imports of each package'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand model" -l tags -d 'Build tags, with commas between them; instead of those of GOFLAGS' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand model" -l goos -d 'Operating system of the build, instead of GOOS or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand model" -l goarch -d 'Processor of the build, instead of GOARCH or that of this machine' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand model" -l format -d 'Form of the model' -r -f -a "text\t'For a person at a terminal'
json\t'One versioned document for programs'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand model" -l states -d 'Most different states of the whole program' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand model" -l steps -d 'Most steps of one schedule' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand model" -l guesses -d 'Most branches of one schedule on what the program leaves open' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand model" -l budget -d 'How many instructions exploring may take: small, default, large, or a factor such as 2.5' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand model" -l promela -d 'Write the model in Promela, the language of SPIN'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand model" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l format -d 'Form of the output; times in json and csv are nanoseconds' -r -f -a "text\t'For a person at a terminal; in `export` the batches of the file, line by line, which gosleuth reads as a trace again'
json\t'One versioned document for programs; `events` writes one object per line'
csv\t'Tables with a header line'
binary\t'In `export`: the trace file itself, from its text for example'
perfetto\t'In `export`: for ui.perfetto.dev and trace_processor'
parquet\t'In `export`: tables for SQL (events, states, goroutines, stacks), as files in the directory that --output names'
html\t'In `export`: one page with a timeline, for a browser'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -s o -l output -d 'In `export`: write to this file instead of standard output; with --format parquet to this directory' -r -F
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l seconds -d 'Trace a process this long' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l follow -d 'Tell the life of this goroutine as a story' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l top -d 'Most rows of each table; 0 shows all [default: 20, in the summary 10, in json and csv all]' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l window -d 'Only what happens between two times since the start of the trace: 1.2s..1.5s, 300ms.., ..2s' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l goroutine -d 'Only this goroutine. May be repeated' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l site -d 'Only goroutines whose start function or go statement has this text' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l state -d 'Only goroutines or stays in this state' -r -f -a "runnable\t'Could run and waits for a processor'
running\t'Runs'
waiting\t'Waits for something'
syscall\t'Is in a system call or in C'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l blocked-for -d 'In `blocked`: only goroutines that have been blocked at least this long' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l spin-held -d 'A processor that is held no longer than this counts as woken for nothing, if next to nothing ran' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l spin-useful -d 'What counts as next to nothing' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -l spin-rate -d 'Wakings for nothing per second of one processor that are worth a remark' -r
complete -c gosleuth -n "__fish_gosleuth_using_subcommand trace" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand rules" -l format -d 'Form of the list' -r -f -a "text\t'For a person at a terminal'
markdown\t'Markdown'
json\t'For programs'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand rules" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand explain" -l format -d 'Form of the page' -r -f -a "text\t'For a person at a terminal'
markdown\t'Markdown'
json\t'For programs'"
complete -c gosleuth -n "__fish_gosleuth_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "capture" -d 'Take everything that explains an incident from running processes, without harming them, into one file'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "case" -d 'Lay the source beside the evidence: what the code allows, and what the process did'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "check" -d 'Find concurrency faults in Go source: leaks, deadlocks, races, panics, lost contexts, unclosed resources'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "ci" -d 'Check a change in continuous integration: findings, gofmt, go vet, with reports and one exit code'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "inspect" -d 'Explain what a Go process left behind: dumps, profiles, crashes, race reports, runtime logs'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "list" -d 'Show which packages and files would be analysed, and why others would not'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "model" -d 'Show what one function and its goroutines do to channels and locks, and whether that can hang or panic'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "trace" -d 'Read an execution trace: who waits for what, who wakes whom, what the scheduler does'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "rules" -d 'List the rules of `check`'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "explain" -d 'Show the page of a rule or of a catalogue entry, or the list of all'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and not __fish_seen_subcommand_from capture case check ci inspect list model trace rules explain completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and __fish_seen_subcommand_from case" -f -a "verify" -d 'After a fix: what has become of each suspect'
complete -c gosleuth -n "__fish_gosleuth_using_subcommand help; and __fish_seen_subcommand_from case" -f -a "repro" -d 'Write a Go test that shows a suspect or a finding'
