
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'gosleuth' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'gosleuth'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'gosleuth' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('capture', 'capture', [CompletionResultType]::ParameterValue, 'Take everything that explains an incident from running processes, without harming them, into one file')
            [CompletionResult]::new('case', 'case', [CompletionResultType]::ParameterValue, 'Lay the source beside the evidence: what the code allows, and what the process did')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find concurrency faults in Go source: leaks, deadlocks, races, panics, lost contexts, unclosed resources')
            [CompletionResult]::new('ci', 'ci', [CompletionResultType]::ParameterValue, 'Check a change in continuous integration: findings, gofmt, go vet, with reports and one exit code')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Explain what a Go process left behind: dumps, profiles, crashes, race reports, runtime logs')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show which packages and files would be analysed, and why others would not')
            [CompletionResult]::new('model', 'model', [CompletionResultType]::ParameterValue, 'Show what one function and its goroutines do to channels and locks, and whether that can hang or panic')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'Read an execution trace: who waits for what, who wakes whom, what the scheduler does')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'List the rules of `check`')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Show the page of a rule or of a catalogue entry, or the list of all')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'gosleuth;capture' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Where to: a directory, or one file if the name ends in .case')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where to: a directory, or one file if the name ends in .case')
            [CompletionResult]::new('--every', '--every', [CompletionResultType]::ParameterName, 'Time from one round of questions to the next')
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'How long to go on; 0 makes one round [default: two rounds]')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Length of the execution trace in the first round; 0 takes none')
            [CompletionResult]::new('--trace-cap', '--trace-cap', [CompletionResultType]::ParameterName, 'Most goroutines of a process of which a trace is taken')
            [CompletionResult]::new('--page', '--page', [CompletionResultType]::ParameterName, 'Also take this page of each server in each round, for example /version. May be repeated')
            [CompletionResult]::new('--on', '--on', [CompletionResultType]::ParameterName, 'Begin when this holds for one of the processes: goroutines>5000, memstats.HeapAlloc>2GiB, http_inflight>=100')
            [CompletionResult]::new('--poll', '--poll', [CompletionResultType]::ParameterName, 'With --on: time between two looks')
            [CompletionResult]::new('--captures', '--captures', [CompletionResultType]::ParameterName, 'With --on: make this many captures, NAME-1, NAME-2 and so on')
            [CompletionResult]::new('--cooldown', '--cooldown', [CompletionResultType]::ParameterName, 'With --captures: shortest time from the end of one capture to the beginning of the next')
            [CompletionResult]::new('--give-up', '--give-up', [CompletionResultType]::ParameterName, 'With --on: give up after this time without a capture')
            [CompletionResult]::new('--stacks', '--stacks', [CompletionResultType]::ParameterName, 'Ask for every stack with wait times (goroutine?debug=2), which stops the target while it is written')
            [CompletionResult]::new('--stacks-cap', '--stacks-cap', [CompletionResultType]::ParameterName, 'With --stacks=auto: most goroutines for which every stack is asked')
            [CompletionResult]::new('--leaks', '--leaks', [CompletionResultType]::ParameterName, 'Ask for the goroutineleak profile, which forces a garbage collection in the target')
            [CompletionResult]::new('--leaks-cap', '--leaks-cap', [CompletionResultType]::ParameterName, 'With --leaks=auto: most waiting goroutines for which the leak profile is asked')
            [CompletionResult]::new('--spacing', '--spacing', [CompletionResultType]::ParameterName, 'Time between two requests')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Longest time to connect')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Longest time until the target begins to answer')
            [CompletionResult]::new('--total-timeout', '--total-timeout', [CompletionResultType]::ParameterName, 'Longest time for one request')
            [CompletionResult]::new('--max-response', '--max-response', [CompletionResultType]::ParameterName, 'Most bytes of one response; the rest is left out and said so')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Extra request header, NAME: VALUE, or @FILE with one per line. May be repeated')
            [CompletionResult]::new('--bearer-file', '--bearer-file', [CompletionResultType]::ParameterName, 'File that holds a bearer token')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'User and password for basic authentication, NAME:PASSWORD, or @FILE that holds them')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'Certificate authorities to trust, PEM, instead of those of the system')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Client certificate, PEM')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key of the client certificate, PEM')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on standard error but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on standard error but errors')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not verify the target''s certificate')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;case' {
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Where the source is: a directory, or git:REV for a revision of the repository around this directory')
            [CompletionResult]::new('--packages', '--packages', [CompletionResultType]::ParameterName, 'Packages of the source, as the go command takes them; may be repeated')
            [CompletionResult]::new('--tags', '--tags', [CompletionResultType]::ParameterName, 'Build tags, with commas between them; instead of those of GOFLAGS')
            [CompletionResult]::new('--goos', '--goos', [CompletionResultType]::ParameterName, 'Operating system of the build, instead of GOOS or that of this machine')
            [CompletionResult]::new('--goarch', '--goarch', [CompletionResultType]::ParameterName, 'Processor of the build, instead of GOARCH or that of this machine')
            [CompletionResult]::new('--extend-select', '--extend-select', [CompletionResultType]::ParameterName, 'Rules to run in addition to the default set')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5')
            [CompletionResult]::new('--logs', '--logs', [CompletionResultType]::ParameterName, 'A log of the program, for the time line; - is standard input; may be repeated')
            [CompletionResult]::new('--log-zone', '--log-zone', [CompletionResultType]::ParameterName, 'Zone of times in logs that do not say it, such as +01:00')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Evidence of a good state, to compare the inputs with; may be given several times')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Ask CMD for a dump with SIGQUIT and end it after this time, for example 90s or 10m')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only goroutines in this state; a prefix, so `chan` is every channel operation. May be repeated')
            [CompletionResult]::new('--min-wait', '--min-wait', [CompletionResultType]::ParameterName, 'Only goroutines that have waited at least this long, in whole minutes (5m, 2h)')
            [CompletionResult]::new('--match', '--match', [CompletionResultType]::ParameterName, 'Only stacks with this text in a function or file:line. May be repeated: any of them')
            [CompletionResult]::new('--without', '--without', [CompletionResultType]::ParameterName, 'Only stacks without this text in any function or file:line. May be repeated: none of them')
            [CompletionResult]::new('--created-by', '--created-by', [CompletionResultType]::ParameterName, 'Only goroutines whose creation site has this text. May be repeated')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'Only goroutines with this pprof label: KEY or KEY=VALUE. May be repeated')
            [CompletionResult]::new('--group-by', '--group-by', [CompletionResultType]::ParameterName, 'What makes goroutines one group')
            [CompletionResult]::new('--label-key', '--label-key', [CompletionResultType]::ParameterName, 'With --group-by label: the key to group by; without it, the whole label set')
            [CompletionResult]::new('--top', '--top', [CompletionResultType]::ParameterName, 'Most rows of each list after the suspects; 0 shows all [default: 10, in HTML 2000, in JSON all]')
            [CompletionResult]::new('--max-goroutines', '--max-goroutines', [CompletionResultType]::ParameterName, 'Goroutines of one process that are too many [default: 5000]')
            [CompletionResult]::new('--max-blocked', '--max-blocked', [CompletionResultType]::ParameterName, 'Blocked at one site longer than this is too long [default: 5m]')
            [CompletionResult]::new('--max-heap-growth', '--max-heap-growth', [CompletionResultType]::ParameterName, 'Heap growth per minute that is too fast [default: 2GiB]')
            [CompletionResult]::new('--max-gc-pause', '--max-gc-pause', [CompletionResultType]::ParameterName, '99th percentile of garbage collector pauses that is too long [default: 200ms]')
            [CompletionResult]::new('--max-gc-cpu', '--max-gc-cpu', [CompletionResultType]::ParameterName, 'Share of processor time for the garbage collector that is too large, percent [default: 25]')
            [CompletionResult]::new('--max-run-queue', '--max-run-queue', [CompletionResultType]::ParameterName, 'Runnable goroutines per processor that are too many [default: 10]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'With several snapshots: forecast when this many goroutines are reached [default: 100000]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the report')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the report to FILE instead of standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the report to FILE instead of standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour; NO_COLOR is honoured')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What makes exit code 1: a verdict (proved, corroborated, observed), a severity (error, warning, advice), any, or never')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Take this many snapshots')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Time between two snapshots')
            [CompletionResult]::new('--stacks', '--stacks', [CompletionResultType]::ParameterName, 'Ask for every stack with wait times (goroutine?debug=2), which stops the target while it is written')
            [CompletionResult]::new('--stacks-cap', '--stacks-cap', [CompletionResultType]::ParameterName, 'With --stacks=auto: most goroutines for which every stack is asked')
            [CompletionResult]::new('--leaks', '--leaks', [CompletionResultType]::ParameterName, 'Ask for the goroutineleak profile, which forces a garbage collection in the target')
            [CompletionResult]::new('--leaks-cap', '--leaks-cap', [CompletionResultType]::ParameterName, 'With --leaks=auto: most waiting goroutines for which the leak profile is asked')
            [CompletionResult]::new('--spacing', '--spacing', [CompletionResultType]::ParameterName, 'Time between two requests')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Longest time to connect')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Longest time until the target begins to answer')
            [CompletionResult]::new('--total-timeout', '--total-timeout', [CompletionResultType]::ParameterName, 'Longest time for one request')
            [CompletionResult]::new('--max-response', '--max-response', [CompletionResultType]::ParameterName, 'Most bytes of one response; the rest is left out and said so')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Extra request header, NAME: VALUE, or @FILE with one per line. May be repeated')
            [CompletionResult]::new('--bearer-file', '--bearer-file', [CompletionResultType]::ParameterName, 'File that holds a bearer token')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'User and password for basic authentication, NAME:PASSWORD, or @FILE that holds them')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'Certificate authorities to trust, PEM, instead of those of the system')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Client certificate, PEM')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key of the client certificate, PEM')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--no-tests', '--no-tests', [CompletionResultType]::ParameterName, 'Leave out tests')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Check everything anew')
            [CompletionResult]::new('--exec', '--exec', [CompletionResultType]::ParameterName, 'Run CMD, pass its output through, and explain how it died')
            [CompletionResult]::new('--full', '--full', [CompletionResultType]::ParameterName, 'Show whole stacks, with frames of the runtime and the standard library, and every group')
            [CompletionResult]::new('--exact', '--exact', [CompletionResultType]::ParameterName, 'Tell apart stacks that differ only in arguments')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Leave out what may be private: label values, arguments, directories of paths, panic values, host names')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on standard error but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on standard error but errors')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not verify the target''s certificate')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read no configuration file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'After a fix: what has become of each suspect')
            [CompletionResult]::new('repro', 'repro', [CompletionResultType]::ParameterValue, 'Write a Go test that shows a suspect or a finding')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'gosleuth;case;verify' {
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'Evidence from before the fix; may be repeated')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Evidence from after the fix; may be repeated')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the answer')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;case;repro' {
            [CompletionResult]::new('--finding', '--finding', [CompletionResultType]::ParameterName, 'Fingerprint of a finding of `check`, or its beginning')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Where to write the test: a file of the package, or - for standard output; by default zz_gosleuth_repro_test.go beside the fault')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where to write the test: a file of the package, or - for standard output; by default zz_gosleuth_repro_test.go beside the fault')
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Where the source is')
            [CompletionResult]::new('--packages', '--packages', [CompletionResultType]::ParameterName, 'Packages of the source, as the go command takes them; may be repeated')
            [CompletionResult]::new('--tags', '--tags', [CompletionResultType]::ParameterName, 'Build tags, with commas between them; instead of those of GOFLAGS')
            [CompletionResult]::new('--goos', '--goos', [CompletionResultType]::ParameterName, 'Operating system of the build, instead of GOOS or that of this machine')
            [CompletionResult]::new('--goarch', '--goarch', [CompletionResultType]::ParameterName, 'Processor of the build, instead of GOARCH or that of this machine')
            [CompletionResult]::new('--extend-select', '--extend-select', [CompletionResultType]::ParameterName, 'Rules to run in addition to the default set')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5')
            [CompletionResult]::new('--skeleton', '--skeleton', [CompletionResultType]::ParameterName, 'Write a test that is skipped, with a TODO, where a value cannot be made')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;case;help' {
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'After a fix: what has become of each suspect')
            [CompletionResult]::new('repro', 'repro', [CompletionResultType]::ParameterValue, 'Write a Go test that shows a suspect or a finding')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'gosleuth;case;help;verify' {
            break
        }
        'gosleuth;case;help;repro' {
            break
        }
        'gosleuth;case;help;help' {
            break
        }
        'gosleuth;check' {
            [CompletionResult]::new('--select', '--select', [CompletionResultType]::ParameterName, 'Rules to run, in place of the default set')
            [CompletionResult]::new('--extend-select', '--extend-select', [CompletionResultType]::ParameterName, 'Rules to run in addition')
            [CompletionResult]::new('--ignore', '--ignore', [CompletionResultType]::ParameterName, 'Rules not to run; the more exact word wins')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'File with findings that do not count')
            [CompletionResult]::new('--new-from', '--new-from', [CompletionResultType]::ParameterName, 'Only findings on lines that changed since this revision of Git, files that Git does not know included')
            [CompletionResult]::new('--tags', '--tags', [CompletionResultType]::ParameterName, 'Build tags, with commas between them; instead of those of GOFLAGS')
            [CompletionResult]::new('--goos', '--goos', [CompletionResultType]::ParameterName, 'Operating system of the build, instead of GOOS or that of this machine')
            [CompletionResult]::new('--goarch', '--goarch', [CompletionResultType]::ParameterName, 'Processor of the build, instead of GOARCH or that of this machine')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the findings')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the findings to FILE instead of standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the findings to FILE instead of standard output')
            [CompletionResult]::new('--explain-schedule', '--explain-schedule', [CompletionResultType]::ParameterName, 'Show one finding with its whole schedule, the source of each step and a picture: text, or --format html or json')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour; NO_COLOR is honoured')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What makes exit code 1: a severity and what is worse, any, or never [default: any]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Apply fixes that are safe, and report what is left')
            [CompletionResult]::new('--unsafe', '--unsafe', [CompletionResultType]::ParameterName, 'With --fix or --diff: also changes that may alter what the program does')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'Show the changes that --fix would make, and change nothing')
            [CompletionResult]::new('--write-baseline', '--write-baseline', [CompletionResultType]::ParameterName, 'Write the findings of this run to the baseline file [default: gosleuth-baseline.json]')
            [CompletionResult]::new('--no-tests', '--no-tests', [CompletionResultType]::ParameterName, 'Leave out tests')
            [CompletionResult]::new('--checklist', '--checklist', [CompletionResultType]::ParameterName, 'Say of each goroutine that is started what a review asks: a table instead of findings (text, markdown or json)')
            [CompletionResult]::new('--statistics', '--statistics', [CompletionResultType]::ParameterName, 'Also say how many findings each rule has')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read no configuration file')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Check everything anew')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;ci' {
            [CompletionResult]::new('--select', '--select', [CompletionResultType]::ParameterName, 'Rules to run, in place of the default set')
            [CompletionResult]::new('--extend-select', '--extend-select', [CompletionResultType]::ParameterName, 'Rules to run in addition')
            [CompletionResult]::new('--ignore', '--ignore', [CompletionResultType]::ParameterName, 'Rules not to run; the more exact word wins')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'File with findings that do not count [default: that of the configuration, or gosleuth-baseline.json if it is there]')
            [CompletionResult]::new('--new-from', '--new-from', [CompletionResultType]::ParameterName, 'Only findings on lines that changed since this revision of Git; gofmt and go vet look at everything')
            [CompletionResult]::new('--tags', '--tags', [CompletionResultType]::ParameterName, 'Build tags, with commas between them; instead of those of GOFLAGS')
            [CompletionResult]::new('--goos', '--goos', [CompletionResultType]::ParameterName, 'Operating system of the build, instead of GOOS or that of this machine')
            [CompletionResult]::new('--goarch', '--goarch', [CompletionResultType]::ParameterName, 'Processor of the build, instead of GOARCH or that of this machine')
            [CompletionResult]::new('--sarif', '--sarif', [CompletionResultType]::ParameterName, 'Write the findings as SARIF 2.1.0, for code scanning')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Write the findings as JUnit XML')
            [CompletionResult]::new('--gitlab', '--gitlab', [CompletionResultType]::ParameterName, 'Write the findings as a code quality report of GitLab')
            [CompletionResult]::new('--annotations', '--annotations', [CompletionResultType]::ParameterName, 'Whether annotations of GitHub Actions are written to standard output; auto: where GITHUB_ACTIONS is `true`')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What makes exit code 1: a severity and what is worse, any, or never [default: any]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--no-fmt', '--no-fmt', [CompletionResultType]::ParameterName, 'Do not run gofmt')
            [CompletionResult]::new('--no-vet', '--no-vet', [CompletionResultType]::ParameterName, 'Do not run go vet')
            [CompletionResult]::new('--no-errors', '--no-errors', [CompletionResultType]::ParameterName, 'Do not add RS007, the rule about ignored errors')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Check everything anew')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;inspect' {
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Evidence of a good state, to compare the inputs with; may be given several times')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Ask CMD for a dump with SIGQUIT and end it after this time, for example 90s or 10m')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only goroutines in this state; a prefix, so `chan` is every channel operation. May be repeated')
            [CompletionResult]::new('--min-wait', '--min-wait', [CompletionResultType]::ParameterName, 'Only goroutines that have waited at least this long, in whole minutes (5m, 2h)')
            [CompletionResult]::new('--match', '--match', [CompletionResultType]::ParameterName, 'Only stacks with this text in a function or file:line. May be repeated: any of them')
            [CompletionResult]::new('--without', '--without', [CompletionResultType]::ParameterName, 'Only stacks without this text in any function or file:line. May be repeated: none of them')
            [CompletionResult]::new('--created-by', '--created-by', [CompletionResultType]::ParameterName, 'Only goroutines whose creation site has this text. May be repeated')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'Only goroutines with this pprof label: KEY or KEY=VALUE. May be repeated')
            [CompletionResult]::new('--group-by', '--group-by', [CompletionResultType]::ParameterName, 'What makes goroutines one group')
            [CompletionResult]::new('--label-key', '--label-key', [CompletionResultType]::ParameterName, 'With --group-by label: the key to group by; without it, the whole label set')
            [CompletionResult]::new('--top', '--top', [CompletionResultType]::ParameterName, 'Most rows of each list after the suspects; 0 shows all [default: 10, in HTML 2000, in JSON all]')
            [CompletionResult]::new('--max-goroutines', '--max-goroutines', [CompletionResultType]::ParameterName, 'Goroutines of one process that are too many [default: 5000]')
            [CompletionResult]::new('--max-blocked', '--max-blocked', [CompletionResultType]::ParameterName, 'Blocked at one site longer than this is too long [default: 5m]')
            [CompletionResult]::new('--max-heap-growth', '--max-heap-growth', [CompletionResultType]::ParameterName, 'Heap growth per minute that is too fast [default: 2GiB]')
            [CompletionResult]::new('--max-gc-pause', '--max-gc-pause', [CompletionResultType]::ParameterName, '99th percentile of garbage collector pauses that is too long [default: 200ms]')
            [CompletionResult]::new('--max-gc-cpu', '--max-gc-cpu', [CompletionResultType]::ParameterName, 'Share of processor time for the garbage collector that is too large, percent [default: 25]')
            [CompletionResult]::new('--max-run-queue', '--max-run-queue', [CompletionResultType]::ParameterName, 'Runnable goroutines per processor that are too many [default: 10]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'With several snapshots: forecast when this many goroutines are reached [default: 100000]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the report')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the report to FILE instead of standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the report to FILE instead of standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour; NO_COLOR is honoured')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What makes exit code 1: a verdict (proved, corroborated, observed), a severity (error, warning, advice), any, or never')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Take this many snapshots')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Time between two snapshots')
            [CompletionResult]::new('--stacks', '--stacks', [CompletionResultType]::ParameterName, 'Ask for every stack with wait times (goroutine?debug=2), which stops the target while it is written')
            [CompletionResult]::new('--stacks-cap', '--stacks-cap', [CompletionResultType]::ParameterName, 'With --stacks=auto: most goroutines for which every stack is asked')
            [CompletionResult]::new('--leaks', '--leaks', [CompletionResultType]::ParameterName, 'Ask for the goroutineleak profile, which forces a garbage collection in the target')
            [CompletionResult]::new('--leaks-cap', '--leaks-cap', [CompletionResultType]::ParameterName, 'With --leaks=auto: most waiting goroutines for which the leak profile is asked')
            [CompletionResult]::new('--spacing', '--spacing', [CompletionResultType]::ParameterName, 'Time between two requests')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Longest time to connect')
            [CompletionResult]::new('--read-timeout', '--read-timeout', [CompletionResultType]::ParameterName, 'Longest time until the target begins to answer')
            [CompletionResult]::new('--total-timeout', '--total-timeout', [CompletionResultType]::ParameterName, 'Longest time for one request')
            [CompletionResult]::new('--max-response', '--max-response', [CompletionResultType]::ParameterName, 'Most bytes of one response; the rest is left out and said so')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Extra request header, NAME: VALUE, or @FILE with one per line. May be repeated')
            [CompletionResult]::new('--bearer-file', '--bearer-file', [CompletionResultType]::ParameterName, 'File that holds a bearer token')
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'User and password for basic authentication, NAME:PASSWORD, or @FILE that holds them')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'Certificate authorities to trust, PEM, instead of those of the system')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Client certificate, PEM')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Key of the client certificate, PEM')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Configuration file')
            [CompletionResult]::new('--exec', '--exec', [CompletionResultType]::ParameterName, 'Run CMD, pass its output through, and explain how it died')
            [CompletionResult]::new('--full', '--full', [CompletionResultType]::ParameterName, 'Show whole stacks, with frames of the runtime and the standard library, and every group')
            [CompletionResult]::new('--exact', '--exact', [CompletionResultType]::ParameterName, 'Tell apart stacks that differ only in arguments')
            [CompletionResult]::new('--redact', '--redact', [CompletionResultType]::ParameterName, 'Leave out what may be private: label values, arguments, directories of paths, panic values, host names')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on standard error but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on standard error but errors')
            [CompletionResult]::new('--insecure', '--insecure', [CompletionResultType]::ParameterName, 'Do not verify the target''s certificate')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read no configuration file')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;list' {
            [CompletionResult]::new('--tags', '--tags', [CompletionResultType]::ParameterName, 'Build tags, with commas between them; instead of those of GOFLAGS')
            [CompletionResult]::new('--goos', '--goos', [CompletionResultType]::ParameterName, 'Operating system of the build, instead of GOOS or that of this machine')
            [CompletionResult]::new('--goarch', '--goarch', [CompletionResultType]::ParameterName, 'Processor of the build, instead of GOARCH or that of this machine')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the list')
            [CompletionResult]::new('--deps', '--deps', [CompletionResultType]::ParameterName, 'List what the packages import too, directly or not')
            [CompletionResult]::new('--test', '--test', [CompletionResultType]::ParameterName, 'With what their tests import')
            [CompletionResult]::new('--ignored', '--ignored', [CompletionResultType]::ParameterName, 'Say which directories and files are left out, and why')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Name the files and imports of each package')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Name the files and imports of each package')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;model' {
            [CompletionResult]::new('--tags', '--tags', [CompletionResultType]::ParameterName, 'Build tags, with commas between them; instead of those of GOFLAGS')
            [CompletionResult]::new('--goos', '--goos', [CompletionResultType]::ParameterName, 'Operating system of the build, instead of GOOS or that of this machine')
            [CompletionResult]::new('--goarch', '--goarch', [CompletionResultType]::ParameterName, 'Processor of the build, instead of GOARCH or that of this machine')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the model')
            [CompletionResult]::new('--states', '--states', [CompletionResultType]::ParameterName, 'Most different states of the whole program')
            [CompletionResult]::new('--steps', '--steps', [CompletionResultType]::ParameterName, 'Most steps of one schedule')
            [CompletionResult]::new('--guesses', '--guesses', [CompletionResultType]::ParameterName, 'Most branches of one schedule on what the program leaves open')
            [CompletionResult]::new('--budget', '--budget', [CompletionResultType]::ParameterName, 'How many instructions exploring may take: small, default, large, or a factor such as 2.5')
            [CompletionResult]::new('--promela', '--promela', [CompletionResultType]::ParameterName, 'Write the model in Promela, the language of SPIN')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;trace' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the output; times in json and csv are nanoseconds')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'In `export`: write to this file instead of standard output; with --format parquet to this directory')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'In `export`: write to this file instead of standard output; with --format parquet to this directory')
            [CompletionResult]::new('--seconds', '--seconds', [CompletionResultType]::ParameterName, 'Trace a process this long')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Tell the life of this goroutine as a story')
            [CompletionResult]::new('--top', '--top', [CompletionResultType]::ParameterName, 'Most rows of each table; 0 shows all [default: 20, in the summary 10, in json and csv all]')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'Only what happens between two times since the start of the trace: 1.2s..1.5s, 300ms.., ..2s')
            [CompletionResult]::new('--goroutine', '--goroutine', [CompletionResultType]::ParameterName, 'Only this goroutine. May be repeated')
            [CompletionResult]::new('--site', '--site', [CompletionResultType]::ParameterName, 'Only goroutines whose start function or go statement has this text')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only goroutines or stays in this state')
            [CompletionResult]::new('--blocked-for', '--blocked-for', [CompletionResultType]::ParameterName, 'In `blocked`: only goroutines that have been blocked at least this long')
            [CompletionResult]::new('--spin-held', '--spin-held', [CompletionResultType]::ParameterName, 'A processor that is held no longer than this counts as woken for nothing, if next to nothing ran')
            [CompletionResult]::new('--spin-useful', '--spin-useful', [CompletionResultType]::ParameterName, 'What counts as next to nothing')
            [CompletionResult]::new('--spin-rate', '--spin-rate', [CompletionResultType]::ParameterName, 'Wakings for nothing per second of one processor that are worth a remark')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;rules' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the list')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;explain' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Form of the page')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'gosleuth;help' {
            [CompletionResult]::new('capture', 'capture', [CompletionResultType]::ParameterValue, 'Take everything that explains an incident from running processes, without harming them, into one file')
            [CompletionResult]::new('case', 'case', [CompletionResultType]::ParameterValue, 'Lay the source beside the evidence: what the code allows, and what the process did')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find concurrency faults in Go source: leaks, deadlocks, races, panics, lost contexts, unclosed resources')
            [CompletionResult]::new('ci', 'ci', [CompletionResultType]::ParameterValue, 'Check a change in continuous integration: findings, gofmt, go vet, with reports and one exit code')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Explain what a Go process left behind: dumps, profiles, crashes, race reports, runtime logs')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show which packages and files would be analysed, and why others would not')
            [CompletionResult]::new('model', 'model', [CompletionResultType]::ParameterValue, 'Show what one function and its goroutines do to channels and locks, and whether that can hang or panic')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'Read an execution trace: who waits for what, who wakes whom, what the scheduler does')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'List the rules of `check`')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Show the page of a rule or of a catalogue entry, or the list of all')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'gosleuth;help;capture' {
            break
        }
        'gosleuth;help;case' {
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'After a fix: what has become of each suspect')
            [CompletionResult]::new('repro', 'repro', [CompletionResultType]::ParameterValue, 'Write a Go test that shows a suspect or a finding')
            break
        }
        'gosleuth;help;case;verify' {
            break
        }
        'gosleuth;help;case;repro' {
            break
        }
        'gosleuth;help;check' {
            break
        }
        'gosleuth;help;ci' {
            break
        }
        'gosleuth;help;inspect' {
            break
        }
        'gosleuth;help;list' {
            break
        }
        'gosleuth;help;model' {
            break
        }
        'gosleuth;help;trace' {
            break
        }
        'gosleuth;help;rules' {
            break
        }
        'gosleuth;help;explain' {
            break
        }
        'gosleuth;help;completions' {
            break
        }
        'gosleuth;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
