
use builtin;
use str;

set edit:completion:arg-completer[gosleuth] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'gosleuth'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'gosleuth'= {
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand capture 'Take everything that explains an incident from running processes, without harming them, into one file'
            cand case 'Lay the source beside the evidence: what the code allows, and what the process did'
            cand check 'Find concurrency faults in Go source: leaks, deadlocks, races, panics, lost contexts, unclosed resources'
            cand ci 'Check a change in continuous integration: findings, gofmt, go vet, with reports and one exit code'
            cand inspect 'Explain what a Go process left behind: dumps, profiles, crashes, race reports, runtime logs'
            cand list 'Show which packages and files would be analysed, and why others would not'
            cand model 'Show what one function and its goroutines do to channels and locks, and whether that can hang or panic'
            cand trace 'Read an execution trace: who waits for what, who wakes whom, what the scheduler does'
            cand rules 'List the rules of `check`'
            cand explain 'Show the page of a rule or of a catalogue entry, or the list of all'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'gosleuth;capture'= {
            cand -o 'Where to: a directory, or one file if the name ends in .case'
            cand --output 'Where to: a directory, or one file if the name ends in .case'
            cand --every 'Time from one round of questions to the next'
            cand --for 'How long to go on; 0 makes one round [default: two rounds]'
            cand --trace 'Length of the execution trace in the first round; 0 takes none'
            cand --trace-cap 'Most goroutines of a process of which a trace is taken'
            cand --page 'Also take this page of each server in each round, for example /version. May be repeated'
            cand --on 'Begin when this holds for one of the processes: goroutines>5000, memstats.HeapAlloc>2GiB, http_inflight>=100'
            cand --poll 'With --on: time between two looks'
            cand --captures 'With --on: make this many captures, NAME-1, NAME-2 and so on'
            cand --cooldown 'With --captures: shortest time from the end of one capture to the beginning of the next'
            cand --give-up 'With --on: give up after this time without a capture'
            cand --stacks 'Ask for every stack with wait times (goroutine?debug=2), which stops the target while it is written'
            cand --stacks-cap 'With --stacks=auto: most goroutines for which every stack is asked'
            cand --leaks 'Ask for the goroutineleak profile, which forces a garbage collection in the target'
            cand --leaks-cap 'With --leaks=auto: most waiting goroutines for which the leak profile is asked'
            cand --spacing 'Time between two requests'
            cand --connect-timeout 'Longest time to connect'
            cand --read-timeout 'Longest time until the target begins to answer'
            cand --total-timeout 'Longest time for one request'
            cand --max-response 'Most bytes of one response; the rest is left out and said so'
            cand --header 'Extra request header, NAME: VALUE, or @FILE with one per line. May be repeated'
            cand --bearer-file 'File that holds a bearer token'
            cand --user 'User and password for basic authentication, NAME:PASSWORD, or @FILE that holds them'
            cand --ca 'Certificate authorities to trust, PEM, instead of those of the system'
            cand --cert 'Client certificate, PEM'
            cand --key 'Key of the client certificate, PEM'
            cand -q 'Say nothing on standard error but errors'
            cand --quiet 'Say nothing on standard error but errors'
            cand --insecure 'Do not verify the target''s certificate'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;case'= {
            cand --source 'Where the source is: a directory, or git:REV for a revision of the repository around this directory'
            cand --packages 'Packages of the source, as the go command takes them; may be repeated'
            cand --tags 'Build tags, with commas between them; instead of those of GOFLAGS'
            cand --goos 'Operating system of the build, instead of GOOS or that of this machine'
            cand --goarch 'Processor of the build, instead of GOARCH or that of this machine'
            cand --extend-select 'Rules to run in addition to the default set'
            cand --budget 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5'
            cand --logs 'A log of the program, for the time line; - is standard input; may be repeated'
            cand --log-zone 'Zone of times in logs that do not say it, such as +01:00'
            cand --baseline 'Evidence of a good state, to compare the inputs with; may be given several times'
            cand --timeout 'Ask CMD for a dump with SIGQUIT and end it after this time, for example 90s or 10m'
            cand --state 'Only goroutines in this state; a prefix, so `chan` is every channel operation. May be repeated'
            cand --min-wait 'Only goroutines that have waited at least this long, in whole minutes (5m, 2h)'
            cand --match 'Only stacks with this text in a function or file:line. May be repeated: any of them'
            cand --without 'Only stacks without this text in any function or file:line. May be repeated: none of them'
            cand --created-by 'Only goroutines whose creation site has this text. May be repeated'
            cand --label 'Only goroutines with this pprof label: KEY or KEY=VALUE. May be repeated'
            cand --group-by 'What makes goroutines one group'
            cand --label-key 'With --group-by label: the key to group by; without it, the whole label set'
            cand --top 'Most rows of each list after the suspects; 0 shows all [default: 10, in HTML 2000, in JSON all]'
            cand --max-goroutines 'Goroutines of one process that are too many [default: 5000]'
            cand --max-blocked 'Blocked at one site longer than this is too long [default: 5m]'
            cand --max-heap-growth 'Heap growth per minute that is too fast [default: 2GiB]'
            cand --max-gc-pause '99th percentile of garbage collector pauses that is too long [default: 200ms]'
            cand --max-gc-cpu 'Share of processor time for the garbage collector that is too large, percent [default: 25]'
            cand --max-run-queue 'Runnable goroutines per processor that are too many [default: 10]'
            cand --limit 'With several snapshots: forecast when this many goroutines are reached [default: 100000]'
            cand --format 'Form of the report'
            cand -o 'Write the report to FILE instead of standard output'
            cand --output 'Write the report to FILE instead of standard output'
            cand --color 'When to use colour; NO_COLOR is honoured'
            cand --fail-on 'What makes exit code 1: a verdict (proved, corroborated, observed), a severity (error, warning, advice), any, or never'
            cand --count 'Take this many snapshots'
            cand --interval 'Time between two snapshots'
            cand --stacks 'Ask for every stack with wait times (goroutine?debug=2), which stops the target while it is written'
            cand --stacks-cap 'With --stacks=auto: most goroutines for which every stack is asked'
            cand --leaks 'Ask for the goroutineleak profile, which forces a garbage collection in the target'
            cand --leaks-cap 'With --leaks=auto: most waiting goroutines for which the leak profile is asked'
            cand --spacing 'Time between two requests'
            cand --connect-timeout 'Longest time to connect'
            cand --read-timeout 'Longest time until the target begins to answer'
            cand --total-timeout 'Longest time for one request'
            cand --max-response 'Most bytes of one response; the rest is left out and said so'
            cand --header 'Extra request header, NAME: VALUE, or @FILE with one per line. May be repeated'
            cand --bearer-file 'File that holds a bearer token'
            cand --user 'User and password for basic authentication, NAME:PASSWORD, or @FILE that holds them'
            cand --ca 'Certificate authorities to trust, PEM, instead of those of the system'
            cand --cert 'Client certificate, PEM'
            cand --key 'Key of the client certificate, PEM'
            cand --config 'Configuration file'
            cand --no-tests 'Leave out tests'
            cand --no-cache 'Check everything anew'
            cand --exec 'Run CMD, pass its output through, and explain how it died'
            cand --full 'Show whole stacks, with frames of the runtime and the standard library, and every group'
            cand --exact 'Tell apart stacks that differ only in arguments'
            cand --redact 'Leave out what may be private: label values, arguments, directories of paths, panic values, host names'
            cand -q 'Say nothing on standard error but errors'
            cand --quiet 'Say nothing on standard error but errors'
            cand --insecure 'Do not verify the target''s certificate'
            cand --no-config 'Read no configuration file'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand verify 'After a fix: what has become of each suspect'
            cand repro 'Write a Go test that shows a suspect or a finding'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'gosleuth;case;verify'= {
            cand --before 'Evidence from before the fix; may be repeated'
            cand --after 'Evidence from after the fix; may be repeated'
            cand --format 'Form of the answer'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;case;repro'= {
            cand --finding 'Fingerprint of a finding of `check`, or its beginning'
            cand -o 'Where to write the test: a file of the package, or - for standard output; by default zz_gosleuth_repro_test.go beside the fault'
            cand --output 'Where to write the test: a file of the package, or - for standard output; by default zz_gosleuth_repro_test.go beside the fault'
            cand --source 'Where the source is'
            cand --packages 'Packages of the source, as the go command takes them; may be repeated'
            cand --tags 'Build tags, with commas between them; instead of those of GOFLAGS'
            cand --goos 'Operating system of the build, instead of GOOS or that of this machine'
            cand --goarch 'Processor of the build, instead of GOARCH or that of this machine'
            cand --extend-select 'Rules to run in addition to the default set'
            cand --budget 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5'
            cand --skeleton 'Write a test that is skipped, with a TODO, where a value cannot be made'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;case;help'= {
            cand verify 'After a fix: what has become of each suspect'
            cand repro 'Write a Go test that shows a suspect or a finding'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'gosleuth;case;help;verify'= {
        }
        &'gosleuth;case;help;repro'= {
        }
        &'gosleuth;case;help;help'= {
        }
        &'gosleuth;check'= {
            cand --select 'Rules to run, in place of the default set'
            cand --extend-select 'Rules to run in addition'
            cand --ignore 'Rules not to run; the more exact word wins'
            cand --budget 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5'
            cand --baseline 'File with findings that do not count'
            cand --new-from 'Only findings on lines that changed since this revision of Git, files that Git does not know included'
            cand --tags 'Build tags, with commas between them; instead of those of GOFLAGS'
            cand --goos 'Operating system of the build, instead of GOOS or that of this machine'
            cand --goarch 'Processor of the build, instead of GOARCH or that of this machine'
            cand --format 'Form of the findings'
            cand -o 'Write the findings to FILE instead of standard output'
            cand --output 'Write the findings to FILE instead of standard output'
            cand --explain-schedule 'Show one finding with its whole schedule, the source of each step and a picture: text, or --format html or json'
            cand --color 'When to use colour; NO_COLOR is honoured'
            cand --fail-on 'What makes exit code 1: a severity and what is worse, any, or never [default: any]'
            cand --config 'Configuration file'
            cand --fix 'Apply fixes that are safe, and report what is left'
            cand --unsafe 'With --fix or --diff: also changes that may alter what the program does'
            cand --diff 'Show the changes that --fix would make, and change nothing'
            cand --write-baseline 'Write the findings of this run to the baseline file [default: gosleuth-baseline.json]'
            cand --no-tests 'Leave out tests'
            cand --checklist 'Say of each goroutine that is started what a review asks: a table instead of findings (text, markdown or json)'
            cand --statistics 'Also say how many findings each rule has'
            cand -q 'Show no progress'
            cand --quiet 'Show no progress'
            cand --no-config 'Read no configuration file'
            cand --no-cache 'Check everything anew'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;ci'= {
            cand --select 'Rules to run, in place of the default set'
            cand --extend-select 'Rules to run in addition'
            cand --ignore 'Rules not to run; the more exact word wins'
            cand --budget 'How much exploring schedules may take: none, small, default, large, or a factor such as 2.5'
            cand --baseline 'File with findings that do not count [default: that of the configuration, or gosleuth-baseline.json if it is there]'
            cand --new-from 'Only findings on lines that changed since this revision of Git; gofmt and go vet look at everything'
            cand --tags 'Build tags, with commas between them; instead of those of GOFLAGS'
            cand --goos 'Operating system of the build, instead of GOOS or that of this machine'
            cand --goarch 'Processor of the build, instead of GOARCH or that of this machine'
            cand --sarif 'Write the findings as SARIF 2.1.0, for code scanning'
            cand --junit 'Write the findings as JUnit XML'
            cand --gitlab 'Write the findings as a code quality report of GitLab'
            cand --annotations 'Whether annotations of GitHub Actions are written to standard output; auto: where GITHUB_ACTIONS is `true`'
            cand --fail-on 'What makes exit code 1: a severity and what is worse, any, or never [default: any]'
            cand --config 'Configuration file'
            cand --no-fmt 'Do not run gofmt'
            cand --no-vet 'Do not run go vet'
            cand --no-errors 'Do not add RS007, the rule about ignored errors'
            cand --no-cache 'Check everything anew'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;inspect'= {
            cand --baseline 'Evidence of a good state, to compare the inputs with; may be given several times'
            cand --timeout 'Ask CMD for a dump with SIGQUIT and end it after this time, for example 90s or 10m'
            cand --state 'Only goroutines in this state; a prefix, so `chan` is every channel operation. May be repeated'
            cand --min-wait 'Only goroutines that have waited at least this long, in whole minutes (5m, 2h)'
            cand --match 'Only stacks with this text in a function or file:line. May be repeated: any of them'
            cand --without 'Only stacks without this text in any function or file:line. May be repeated: none of them'
            cand --created-by 'Only goroutines whose creation site has this text. May be repeated'
            cand --label 'Only goroutines with this pprof label: KEY or KEY=VALUE. May be repeated'
            cand --group-by 'What makes goroutines one group'
            cand --label-key 'With --group-by label: the key to group by; without it, the whole label set'
            cand --top 'Most rows of each list after the suspects; 0 shows all [default: 10, in HTML 2000, in JSON all]'
            cand --max-goroutines 'Goroutines of one process that are too many [default: 5000]'
            cand --max-blocked 'Blocked at one site longer than this is too long [default: 5m]'
            cand --max-heap-growth 'Heap growth per minute that is too fast [default: 2GiB]'
            cand --max-gc-pause '99th percentile of garbage collector pauses that is too long [default: 200ms]'
            cand --max-gc-cpu 'Share of processor time for the garbage collector that is too large, percent [default: 25]'
            cand --max-run-queue 'Runnable goroutines per processor that are too many [default: 10]'
            cand --limit 'With several snapshots: forecast when this many goroutines are reached [default: 100000]'
            cand --format 'Form of the report'
            cand -o 'Write the report to FILE instead of standard output'
            cand --output 'Write the report to FILE instead of standard output'
            cand --color 'When to use colour; NO_COLOR is honoured'
            cand --fail-on 'What makes exit code 1: a verdict (proved, corroborated, observed), a severity (error, warning, advice), any, or never'
            cand --count 'Take this many snapshots'
            cand --interval 'Time between two snapshots'
            cand --stacks 'Ask for every stack with wait times (goroutine?debug=2), which stops the target while it is written'
            cand --stacks-cap 'With --stacks=auto: most goroutines for which every stack is asked'
            cand --leaks 'Ask for the goroutineleak profile, which forces a garbage collection in the target'
            cand --leaks-cap 'With --leaks=auto: most waiting goroutines for which the leak profile is asked'
            cand --spacing 'Time between two requests'
            cand --connect-timeout 'Longest time to connect'
            cand --read-timeout 'Longest time until the target begins to answer'
            cand --total-timeout 'Longest time for one request'
            cand --max-response 'Most bytes of one response; the rest is left out and said so'
            cand --header 'Extra request header, NAME: VALUE, or @FILE with one per line. May be repeated'
            cand --bearer-file 'File that holds a bearer token'
            cand --user 'User and password for basic authentication, NAME:PASSWORD, or @FILE that holds them'
            cand --ca 'Certificate authorities to trust, PEM, instead of those of the system'
            cand --cert 'Client certificate, PEM'
            cand --key 'Key of the client certificate, PEM'
            cand --config 'Configuration file'
            cand --exec 'Run CMD, pass its output through, and explain how it died'
            cand --full 'Show whole stacks, with frames of the runtime and the standard library, and every group'
            cand --exact 'Tell apart stacks that differ only in arguments'
            cand --redact 'Leave out what may be private: label values, arguments, directories of paths, panic values, host names'
            cand -q 'Say nothing on standard error but errors'
            cand --quiet 'Say nothing on standard error but errors'
            cand --insecure 'Do not verify the target''s certificate'
            cand --no-config 'Read no configuration file'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;list'= {
            cand --tags 'Build tags, with commas between them; instead of those of GOFLAGS'
            cand --goos 'Operating system of the build, instead of GOOS or that of this machine'
            cand --goarch 'Processor of the build, instead of GOARCH or that of this machine'
            cand --format 'Form of the list'
            cand --deps 'List what the packages import too, directly or not'
            cand --test 'With what their tests import'
            cand --ignored 'Say which directories and files are left out, and why'
            cand -v 'Name the files and imports of each package'
            cand --verbose 'Name the files and imports of each package'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;model'= {
            cand --tags 'Build tags, with commas between them; instead of those of GOFLAGS'
            cand --goos 'Operating system of the build, instead of GOOS or that of this machine'
            cand --goarch 'Processor of the build, instead of GOARCH or that of this machine'
            cand --format 'Form of the model'
            cand --states 'Most different states of the whole program'
            cand --steps 'Most steps of one schedule'
            cand --guesses 'Most branches of one schedule on what the program leaves open'
            cand --budget 'How many instructions exploring may take: small, default, large, or a factor such as 2.5'
            cand --promela 'Write the model in Promela, the language of SPIN'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;trace'= {
            cand --format 'Form of the output; times in json and csv are nanoseconds'
            cand -o 'In `export`: write to this file instead of standard output; with --format parquet to this directory'
            cand --output 'In `export`: write to this file instead of standard output; with --format parquet to this directory'
            cand --seconds 'Trace a process this long'
            cand --follow 'Tell the life of this goroutine as a story'
            cand --top 'Most rows of each table; 0 shows all [default: 20, in the summary 10, in json and csv all]'
            cand --window 'Only what happens between two times since the start of the trace: 1.2s..1.5s, 300ms.., ..2s'
            cand --goroutine 'Only this goroutine. May be repeated'
            cand --site 'Only goroutines whose start function or go statement has this text'
            cand --state 'Only goroutines or stays in this state'
            cand --blocked-for 'In `blocked`: only goroutines that have been blocked at least this long'
            cand --spin-held 'A processor that is held no longer than this counts as woken for nothing, if next to nothing ran'
            cand --spin-useful 'What counts as next to nothing'
            cand --spin-rate 'Wakings for nothing per second of one processor that are worth a remark'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;rules'= {
            cand --format 'Form of the list'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;explain'= {
            cand --format 'Form of the page'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;completions'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'gosleuth;help'= {
            cand capture 'Take everything that explains an incident from running processes, without harming them, into one file'
            cand case 'Lay the source beside the evidence: what the code allows, and what the process did'
            cand check 'Find concurrency faults in Go source: leaks, deadlocks, races, panics, lost contexts, unclosed resources'
            cand ci 'Check a change in continuous integration: findings, gofmt, go vet, with reports and one exit code'
            cand inspect 'Explain what a Go process left behind: dumps, profiles, crashes, race reports, runtime logs'
            cand list 'Show which packages and files would be analysed, and why others would not'
            cand model 'Show what one function and its goroutines do to channels and locks, and whether that can hang or panic'
            cand trace 'Read an execution trace: who waits for what, who wakes whom, what the scheduler does'
            cand rules 'List the rules of `check`'
            cand explain 'Show the page of a rule or of a catalogue entry, or the list of all'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'gosleuth;help;capture'= {
        }
        &'gosleuth;help;case'= {
            cand verify 'After a fix: what has become of each suspect'
            cand repro 'Write a Go test that shows a suspect or a finding'
        }
        &'gosleuth;help;case;verify'= {
        }
        &'gosleuth;help;case;repro'= {
        }
        &'gosleuth;help;check'= {
        }
        &'gosleuth;help;ci'= {
        }
        &'gosleuth;help;inspect'= {
        }
        &'gosleuth;help;list'= {
        }
        &'gosleuth;help;model'= {
        }
        &'gosleuth;help;trace'= {
        }
        &'gosleuth;help;rules'= {
        }
        &'gosleuth;help;explain'= {
        }
        &'gosleuth;help;completions'= {
        }
        &'gosleuth;help;help'= {
        }
    ]
    $completions[$command]
}
