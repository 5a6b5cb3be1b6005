//! The test file: what is called, how often, and how the fault is told from a run that went well.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use gosleuth_ir::Func;
use gosleuth_types::{ObjKind, Query, Signature, Type, TypeId};

use crate::place::{Fault, Watch, plain};
use crate::text::Imports;
use crate::values::{Maker, Unable};

/// The package in which a fault was found.
pub struct Package<'a> {
    /// Its types; the package that asks is this one.
    pub query: Query<'a, 'a>,
    /// Its functions.
    pub ir: &'a gosleuth_ir::Package,
    /// The name in its package clauses.
    pub name: &'a str,
}

/// A test file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repro {
    /// Its text, as gofmt has it.
    pub text: String,
    /// The test in it.
    pub test: String,
}

/// Why there is no test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmade {
    /// What could not be made, as part of a sentence.
    pub why: String,
    /// A test that is skipped until somebody fills in what is missing; none where not even that is possible.
    pub skeleton: Option<Repro>,
}

/// Whether a package has the function in which a fault begins.
pub(crate) fn find<'a>(package: &Package<'a>, name: &str) -> Option<&'a Func> {
    package.ir.funcs.iter().find(|func| {
        func.parent.is_none() && func.obj.is_some() && !func.blocks.is_empty() && plain(&func.name) == name
    })
}

/// Writes the test of a fault. `None` if the function is not in this package.
///
/// # Errors
/// [`Unmade`] if a value is needed that cannot be made.
pub fn generate(package: &Package<'_>, fault: &Fault) -> Option<Result<Repro, Unmade>> {
    let root = find(package, &fault.root)?;
    let mut banned: Vec<_> = root.obj.into_iter().collect();
    let other = fault.other.as_ref().and_then(|name| find(package, name));
    banned.extend(other.and_then(|func| func.obj));
    let query = &package.query;
    let mut taken: BTreeSet<String> = ["t", "attempt", "ctx", "both"].map(str::to_owned).into();
    for pkg in [Some(query.pkg), query.world.base(query.pkg)].into_iter().flatten() {
        let names = query.tables(pkg).scope.keys();
        taken.extend(names.map(|&name| query.world.text(name).to_owned()));
    }
    let mut maker = Maker::new(query, Imports::new(taken.clone()), &fault.id, banned.clone());
    let called = call(&mut maker, root).and_then(|first| match other {
        Some(other) => call(&mut maker, other).map(|second| vec![first, second]),
        None => Ok(vec![first]),
    });
    Some(match called {
        Ok(calls) => Ok(write(package, fault, maker, &calls, None)),
        Err(why) => {
            let missing = Maker::new(query, Imports::new(taken), &fault.id, banned);
            let call = format!("// TODO: call {} here.", fault.root);
            Err(Unmade {
                why: format!(
                    "to call {}, a value is needed that could not be made: {why}",
                    fault.root
                ),
                skeleton: Some(write(package, fault, missing, &[call], Some(&why))),
            })
        }
    })
}

/// The call of a function with made-up arguments.
fn call<'w: 'q, 'q>(maker: &mut Maker<'_, 'w, 'q>, func: &Func) -> Result<String, Unable> {
    let query = maker.query;
    let obj = func.obj.ok_or_else(|| Unable::new("a function without a name"))?;
    let object = query
        .object(obj)
        .ok_or_else(|| Unable::new("a function that is not known"))?;
    let Type::Func(sig) = *query.ty(query.object_type(obj)) else {
        return Err(Unable::new("a function that is not known"));
    };
    let name = query.world.text(object.name).to_owned();
    let ObjKind::Func { recv, recv_params } = &object.kind else {
        return Err(Unable::new("a function that is not known"));
    };
    if name == "init" && recv.is_none() {
        return Err(Unable::new("init, which nobody can call"));
    }
    if is_test(maker, &sig) && recv.is_none() && name.starts_with("Test") {
        return Ok(format!("t.Run(\"attempt\", {name})"));
    }
    let params = match recv {
        Some(_) => *recv_params,
        None => sig.type_params,
    };
    let (sig, recv, arguments) = instance(maker, sig, *recv, params)?;
    let values = maker.arguments(&sig, 0)?;
    let callee = match recv {
        Some(recv) => {
            let value = maker
                .value(recv, 0)
                .map_err(|why| Unable::new(format!("its receiver ({why})")))?;
            let value = match value.starts_with('&') {
                true => format!("({value})"),
                false => value,
            };
            format!("{value}.{name}")
        }
        None => format!("{name}{arguments}"),
    };
    Ok(format!("{callee}({})", values.join(", ")))
}

/// A function with types in place of its type parameters.
fn instance<'w: 'q, 'q>(
    maker: &mut Maker<'_, 'w, 'q>,
    sig: Signature,
    recv: Option<TypeId>,
    params: TypeId,
) -> Result<(Signature, Option<TypeId>, String), Unable> {
    let query = maker.query;
    let list = query.world.types.list(params).to_vec();
    if list.is_empty() {
        return Ok((sig, recv, String::new()));
    }
    let mut chosen = Vec::new();
    for param in list {
        let set = query.type_set(param);
        if !set.methods.is_empty() {
            return Err(Unable::new("a type argument with methods"));
        }
        chosen.push(match set.terms.as_ref().and_then(|terms| terms.first()) {
            Some(term) => term.ty,
            None => TypeId::INT,
        });
    }
    let texts: Result<Vec<String>, Unable> = chosen.iter().map(|&ty| maker.text(ty)).collect();
    let args = query.world.types.intern(Type::Tuple(chosen));
    let substitute = |ty| query.substitute(ty, params, args);
    let sig = Signature {
        params: substitute(sig.params),
        results: substitute(sig.results),
        type_params: TypeId::EMPTY_TUPLE,
        ..sig
    };
    Ok((sig, recv.map(substitute), format!("[{}]", texts?.join(", "))))
}

/// Whether a function takes a `*testing.T` and nothing else.
fn is_test(maker: &mut Maker<'_, '_, '_>, sig: &Signature) -> bool {
    let query = maker.query;
    let &[only] = query.world.types.list(sig.params) else {
        return false;
    };
    let Type::Pointer(inner) = *query.ty(only) else {
        return false;
    };
    let Type::Named { decl, .. } = query.ty(inner) else {
        return false;
    };
    query.world.path(decl.pkg) == "testing" && sig.results == TypeId::EMPTY_TUPLE
}

fn write(
    package: &Package<'_>,
    fault: &Fault,
    mut maker: Maker<'_, '_, '_>,
    calls: &[String],
    missing: Option<&Unable>,
) -> Repro {
    let test = format!("TestGosleuthRepro{}", fault.id);
    let mut body = String::new();
    let is_main = fault.root == "main" && package.name == "main";
    let attempt = attempt(&mut maker, calls, &fault.id);
    let testing = maker.imports.std("testing");
    let time = maker.imports.std("time");
    let _ = writeln!(body, "func {test}(t *{testing}.T) {{");
    if let Some(why) = missing {
        let _ = writeln!(
            body,
            "\tt.Skip(\"TODO: gosleuth could not make a value: {}\")",
            unquoted(&why.to_string())
        );
    }
    let names = Names {
        time,
        runtime: maker.imports.std("runtime"),
        regexp: maker.imports.std("regexp"),
        strings: maker.imports.std("strings"),
        bytes: maker.imports.std("bytes"),
        pprof: maker.imports.std("runtime/pprof"),
        atomic: maker.imports.std("sync/atomic"),
    };
    match fault.watch {
        Watch::Stuck => body.push_str(&stuck(&names, fault, is_main)),
        Watch::Death | Watch::Race => body.push_str(&dies(&names, fault)),
    }
    if fault.needs_order {
        let _ = writeln!(body, "\tif !slow {{\n\t\tgosleuthPauses{}(t)\n\t}}", fault.id);
    }
    body.push_str("}\n");
    body.push_str(&attempt);
    if fault.needs_order {
        body.push_str(&pauses(&mut maker.imports, fault, package.name, &test));
    }
    let mut text = String::new();
    let _ = writeln!(text, "// {test} shows what gosleuth found:\n//");
    for line in &fault.comment {
        let _ = writeln!(text, "{}", format!("// {line}").trim_end());
    }
    text.push_str("//\n// Run it with\n//\n");
    let race = if fault.watch == Watch::Race { " -race" } else { "" };
    let _ = writeln!(text, "//\tgo test{race} -run '^{test}$' -count=1 .");
    text.push_str(
        "//\n// It passes once the fault is gone. To look closer, add -race (the scheduler takes more turns then),\n",
    );
    text.push_str("// -trace trace.out (for gosleuth trace), or put GODEBUG=gctrace=1 in front.\n");
    text.push_str(&body);
    for beside in &maker.beside {
        let _ = write!(text, "\n{beside}");
    }
    maker.imports.keep(&text);
    let text = format!(
        "// Written by gosleuth case repro. It may be changed, kept or thrown away.\n\npackage {}\n\n{}\n{text}",
        package.name,
        maker.imports.declaration()
    );
    Repro { text, test }
}

/// The names of imported packages.
struct Names {
    time: String,
    runtime: String,
    regexp: String,
    strings: String,
    bytes: String,
    pprof: String,
    atomic: String,
}

/// The function that makes one attempt.
fn attempt(maker: &mut Maker<'_, '_, '_>, calls: &[String], id: &str) -> String {
    let mut text = String::new();
    if maker.has_context {
        let (context, time) = (maker.imports.std("context"), maker.imports.std("time"));
        let _ = writeln!(
            text,
            "ctx, endContext := {context}.WithTimeout({context}.Background(), []{time}.Duration{{5, 1000, 0}}[attempt%3]*{time}.Millisecond)\n\
             defer endContext()"
        );
    }
    for statement in &maker.before {
        let _ = writeln!(text, "{statement}");
    }
    match calls {
        [one] => {
            let _ = writeln!(text, "{one}");
        }
        many => {
            let sync = maker.imports.std("sync");
            let _ = writeln!(text, "var both {sync}.WaitGroup");
            for call in many {
                let _ = writeln!(text, "both.Add(1)\ngo func() {{\n\tdefer both.Done()\n\t{call}\n}}()");
            }
            text.push_str("both.Wait()\n");
        }
    }
    let testing = maker.imports.std("testing");
    format!(
        "\n// gosleuthAttempt{id} calls what the finding is about. Where it is not known which value shows the fault, several take turns.\n\
         func gosleuthAttempt{id}(t *{testing}.T, attempt int) {{\n{}}}\n",
        indent(&text, 1)
    )
}

fn indent(text: &str, by: usize) -> String {
    text.lines()
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("{}{line}\n", "\t".repeat(by)),
        })
        .collect()
}

fn unquoted(text: &str) -> String {
    text.replace(['"', '\\', '\n'], " ")
}

/// Between attempts the world is stopped again and again, so that goroutines change turns everywhere.
fn shaken(names: &Names) -> String {
    let runtime = &names.runtime;
    format!(
        "\t// Stopping the world makes goroutines change turns in places where they hardly ever do.\n\
         \tover := make(chan struct{{}})\n\
         \tdefer close(over)\n\
         \tshake := make(chan bool)\n\
         \tgo func() {{\n\
         \t\tvar stats {runtime}.MemStats\n\
         \t\tfor on := false; ; {runtime}.Gosched() {{\n\
         \t\t\tselect {{\n\
         \t\t\tcase <-over:\n\
         \t\t\t\treturn\n\
         \t\t\tcase on = <-shake:\n\
         \t\t\tdefault:\n\
         \t\t\t\tif on {{\n\
         \t\t\t\t\t{runtime}.ReadMemStats(&stats)\n\
         \t\t\t\t}} else {{\n\
         \t\t\t\t\ton = <-shake\n\
         \t\t\t\t}}\n\
         \t\t\t}}\n\
         \t\t}}\n\
         \t}}()\n"
    )
}

/// Until when attempts are made, as a declaration, and what sets the pauses of one.
fn turns(names: &Names, fault: &Fault) -> (String, String) {
    let time = &names.time;
    if !fault.needs_order {
        return (format!("\tconst limit = 3 * {time}.Second\n"), String::new());
    }
    let (id, atomic) = (&fault.id, &names.atomic);
    let declaration =
        format!("\tslow, limit := gosleuthOneOf{id} != nil, 3*{time}.Second\n\tif slow {{\n\t\tlimit *= 3\n\t}}\n");
    let each = format!(
        "\t\tif slow {{\n\t\t\t{atomic}.StoreInt32(gosleuthOneOf{id}, []int32{{2, 5, 0, 1, 12}}[run%5])\n\t\t}}\n"
    );
    (declaration, each)
}

fn dies(names: &Names, fault: &Fault) -> String {
    let id = &fault.id;
    let time = &names.time;
    let (declaration, each) = turns(names, fault);
    let how = match fault.watch {
        Watch::Race => "// The race detector reports it, so that this test fails with -race only.",
        _ => "// A panic ends the test: nothing recovers it here.",
    };
    format!(
        "\t{how}\n{declaration}{}\tfor start, run := {time}.Now(), 0; {time}.Since(start) < limit; run++ {{\n{each}\
         \t\tshake <- run%2 == 1\n\
         \t\tdone := make(chan struct{{}})\n\
         \t\tgo func(run int) {{\n\
         \t\t\tdefer close(done)\n\
         \t\t\tgosleuthAttempt{id}(t, run)\n\t\t}}(run)\n\
         \t\tselect {{\n\
         \t\tcase <-done:\n\
         \t\tcase <-{time}.After({time}.Second):\n\
         \t\t}}\n\
         \t}}\n\
         \t{time}.Sleep(100 * {time}.Millisecond)\n",
        shaken(names)
    )
}

/// What runs the test once more, with pauses before the statements of its package.
fn pauses(imports: &mut Imports, fault: &Fault, package: &str, test: &str) -> String {
    let mut name = |path: &str| imports.std(path);
    let (ast, parser, token) = (name("go/ast"), name("go/parser"), name("go/token"));
    let (json, os, exec, filepath) = (
        name("encoding/json"),
        name("os"),
        name("os/exec"),
        name("path/filepath"),
    );
    let (ioutil, rand, runtime, sort) = (name("io/ioutil"), name("math/rand"), name("runtime"), name("sort"));
    let (strings, atomic, time) = (name("strings"), name("sync/atomic"), name("time"));
    let testing = name("testing");
    let id = &fault.id;
    let race = match fault.watch {
        Watch::Race => "\"-race\", ",
        Watch::Stuck | Watch::Death => "",
    };
    let shows = match fault.watch {
        Watch::Race => "\"DATA RACE\"",
        Watch::Death => "\"panic:\", \"fatal error:\"",
        Watch::Stuck => "\"it stands still\", \"it is left behind\"",
    };
    format!(
        r#"
// gosleuthOneOf{id} says how many statements there are to a pause; it is nil where there are none.
var gosleuthOneOf{id} = func() *int32 {{
	if {os}.Getenv("GOSLEUTH_PAUSES") == "" {{
		return nil
	}}
	return new(int32)
}}()

// gosleuthPause{id} stands before statements, in a copy of the package that only gosleuthPauses{id} builds.
func gosleuthPause{id}() {{
	if gosleuthOneOf{id} == nil {{
		return
	}}
	switch n := {atomic}.LoadInt32(gosleuthOneOf{id}); {{
	case n == 0 || {rand}.Int31n(n) != 0:
	case {rand}.Intn(2) == 0:
		{runtime}.Gosched()
	default:
		{time}.Sleep({time}.Duration({rand}.Intn(700)) * {time}.Microsecond)
	}}
}}

// gosleuthPauses{id} runs the test once more with pauses before statements, which puts goroutines into orders that are rare otherwise. The
// files of the package stay as they are: the go command gets others in their place (-overlay, Go 1.16).
func gosleuthPauses{id}(t *{testing}.T) {{
	names, _ := {filepath}.Glob("*.go")
	replace := map[string]string{{}}
	for number, name := range names {{
		text, err := {ioutil}.ReadFile(name)
		if err != nil || {strings}.Contains(string(text), "func gosleuthPause") {{
			continue
		}}
		files := {token}.NewFileSet()
		file, err := {parser}.ParseFile(files, name, text, 0)
		if err != nil || file.Name.Name != "{package}" {{
			continue
		}}
		var places []int
		{ast}.Inspect(file, func(node {ast}.Node) bool {{
			var list []{ast}.Stmt
			switch node := node.(type) {{
			case *{ast}.BlockStmt:
				list = node.List
			case *{ast}.CaseClause:
				list = node.Body
			case *{ast}.CommClause:
				list = node.Body
			}}
			for _, stmt := range list {{
				switch stmt.(type) {{
				case *{ast}.CaseClause, *{ast}.CommClause, *{ast}.EmptyStmt:
				default:
					places = append(places, files.Position(stmt.Pos()).Offset)
				}}
			}}
			return true
		}})
		{sort}.Sort({sort}.Reverse({sort}.IntSlice(places)))
		for _, place := range places {{
			text = []byte(string(text[:place]) + "gosleuthPause{id}(); " + string(text[place:]))
		}}
		path, _ := {filepath}.Abs(name)
		replace[path] = {filepath}.Join(t.TempDir(), string(rune('a'+number%26))+".go")
		if err := {ioutil}.WriteFile(replace[path], text, 0o644); err != nil {{
			t.Fatal(err)
		}}
	}}
	overlay, _ := {json}.Marshal(map[string]map[string]string{{"Replace": replace}})
	file := {filepath}.Join(t.TempDir(), "overlay.json")
	if err := {ioutil}.WriteFile(file, overlay, 0o644); err != nil {{
		t.Fatal(err)
	}}
	command := {exec}.Command("go", "test", {race}"-vet=off", "-overlay", file, "-count=1", "-run", "^{test}$", ".")
	command.Env = append({os}.Environ(), "GOSLEUTH_PAUSES=1")
	output, err := command.CombinedOutput()
	for _, shown := range []string{{{shows}}} {{
		if err != nil && {strings}.Contains(string(output), shown) {{
			t.Fatalf("with pauses before statements:\n%s", output)
		}}
	}}
}}
"#
    )
}

/// A function as a regular expression finds it in a stack: `T.m` is `(*T).m` and `(*T[...]).m` there.
fn pattern(name: &str) -> String {
    match name.split_once('.') {
        Some((receiver, method)) => format!(r"\(?\*?{receiver}(?:\[\.\.\.\])?\)?\.{method}"),
        None => name.to_owned(),
    }
}

fn stuck(names: &Names, fault: &Fault, is_main: bool) -> String {
    let id = &fault.id;
    let Names {
        time,
        runtime,
        regexp,
        strings,
        bytes,
        pprof,
        ..
    } = names;
    let alternatives: Vec<String> = fault.stands.iter().map(|name| pattern(name)).collect();
    let stands = alternatives.join("|");
    let waits = match is_main {
        true => "t.Skip(\"main goes on, and nothing stands still\")",
        false => "t.Fatal(\"it does not come back\")",
    };
    let only = if is_main { " && run < 1" } else { "" };
    let (declaration, each) = turns(names, fault);
    let shake = shaken(names);
    format!(
        r#"{shake}	// Goroutines that wait in the functions in question, by their number, and whether others may still move.
	function := {regexp}.MustCompile(`(?m)^\S*\.({stands})[(.\[]`)
	waits := {regexp}.MustCompile(`^goroutine (\d+)[^\[\n]* \[(?:chan|select|sync\.|semacquire)[^\n]*\n`)
	moves := {regexp}.MustCompile(`^goroutine \d+[^\[\n]* \[(?:running|runnable|sleep)`)
	buffer := make([]byte, 8<<20)
	standing := func() (map[string]string, bool) {{
		found, moving := map[string]string{{}}, false
		// The first one is this one.
		for _, stack := range {strings}.Split(string(buffer[:{runtime}.Stack(buffer, true)]), "\n\n")[1:] {{
			moving = moving || moves.MatchString(stack)
			if head := waits.FindStringSubmatch(stack); head != nil && function.MatchString(stack) {{
				found[head[1]] = {strings}.TrimPrefix(stack, head[0])
			}}
		}}
		return found, moving
	}}
	before, _ := standing()
	// The stack of one that stays where it is, or nothing.
	stuck := func() string {{
		shake <- false
		still := 2 * {time}.Second
		seen, _ := standing()
		for id := range before {{
			delete(seen, id)
		}}
		for since := {time}.Now(); len(seen) > 0; {time}.Sleep(50 * {time}.Millisecond) {{
			now, moving := standing()
			if moving {{
				still = 8 * {time}.Second
			}}
			for id, stack := range seen {{
				if now[id] != stack {{
					delete(seen, id)
				}} else if {time}.Since(since) > still {{
					return "goroutine " + id + ":\n" + stack
				}}
			}}
			// The runtime knows whether anybody could still wake it (Go 1.27, or 1.26 with GOEXPERIMENT=goroutineleakprofile).
			if profile := {pprof}.Lookup("goroutineleak"); profile != nil && len(seen) > 0 {{
				var leaks {bytes}.Buffer
				_ = profile.WriteTo(&leaks, 2)
				for _, stack := range {strings}.Split(leaks.String(), "\n\n") {{
					if {strings}.Contains({strings}.SplitN(stack, "\n", 2)[0], "leaked") && function.MatchString(stack) {{
						return stack
					}}
				}}
			}}
		}}
		return ""
	}}
{declaration}	look := 1
	for start, run := {time}.Now(), 0; {time}.Since(start) < limit{only}; run++ {{
{each}		shake <- run%2 == 1
		done := make(chan struct{{}})
		go func(run int) {{
			defer close(done)
			gosleuthAttempt{id}(t, run)
		}}(run)
		for wait := 200 * {time}.Millisecond; ; wait = {time}.Second {{
			select {{
			case <-done:
			case <-{time}.After(wait):
				if stack := stuck(); stack != "" {{
					t.Fatalf("it stands still in run %d, %s", run+1, stack)
				}}
				if {time}.Since(start) > 30*{time}.Second {{
					{waits}
				}}
				continue
			}}
			break
		}}
		if run+1 == look {{
			look *= 2
			if stack := stuck(); stack != "" {{
				t.Fatalf("it is left behind after %d runs, %s", run+1, stack)
			}}
		}}
	}}
	if stack := stuck(); stack != "" {{
		t.Fatalf("it is left behind, %s", stack)
	}}
"#
    )
}
