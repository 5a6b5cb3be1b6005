//! Decisions of the compiler's escape analysis: `go build -gcflags=-m` and `-gcflags=-m=2`.
//!
//! Source: `cmd/compile/internal/escape` and `ir`, Go 1.15 to 1.27. Each line is `file:line:column: decision`; `-m=2` puts the
//! flow that forced a decision in front of it, under the same position.

use gosleuth_base::{ProblemKind, Sym};
use rustc_hash::FxHashMap;

use crate::form::{Context, Form, Step};
use crate::model::{Escape, EscapeKind, Origin};

/// Decisions kept in one set.
const MAX_ESCAPES: usize = 1 << 18;
/// Lines of flow kept per decision.
const MAX_FLOW: usize = 16;
/// Positions with a flow and no decision yet.
const MAX_PENDING: usize = 4_096;

/// Compiler output that starts with this line.
pub(crate) fn start(line: &[u8], cx: &mut Context<'_>) -> Option<Box<dyn Form>> {
    if !line.first()?.is_ascii_graphic() {
        return None;
    }
    let (_, message) = position(line)?;
    classify(message)?;
    cx.set.note_form(cx.input, "escape-analysis");
    let mut output = Output::default();
    output.line(line, cx);
    Some(Box::new(output))
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Position<'a> {
    file: &'a [u8],
    line: u32,
    column: u32,
}

/// `./dir/x.go:12:6: message`
fn position(line: &[u8]) -> Option<(Position<'_>, &[u8])> {
    let mut colon = memchr::memchr(b':', line)?;
    if colon == 1 && line.get(2).is_some_and(|&byte| byte == b'\\' || byte == b'/') {
        // The drive of a Windows path.
        colon = 2 + memchr::memchr(b':', &line[2..])?;
    }
    let file = &line[..colon];
    if !file.ends_with(b".go") || file.len() > 4_096 {
        return None;
    }
    let mut cursor = crate::cursor::Cursor(&line[colon + 1..]);
    let number = cursor.u32()?;
    cursor.lit(b":")?;
    let column = cursor.u32()?;
    cursor.lit(b": ")?;
    Some((
        Position {
            file,
            line: number,
            column,
        },
        cursor.0,
    ))
}

enum Message<'a> {
    Decision(EscapeKind, &'a [u8]),
    /// `x escapes to heap in f:` or `parameter p leaks to … with derefs=1:`; a flow follows.
    Header(Option<&'a [u8]>),
    Flow(&'a [u8]),
    /// About inlining and the like.
    Other,
}

fn classify(message: &[u8]) -> Option<Message<'_>> {
    if message.starts_with(b"  ") {
        let text = message.trim_ascii();
        let flow = text.starts_with(b"flow: ") || text.starts_with(b"from ") || text.starts_with(b"then ");
        return flow.then_some(Message::Flow(text));
    }
    if let Some(what) = message.strip_prefix(b"moved to heap: ") {
        return Some(Message::Decision(EscapeKind::MovedToHeap, what));
    }
    let leaking = message
        .strip_prefix(b"leaking param: ")
        .or_else(|| message.strip_prefix(b"leaking param content: "));
    if let Some(what) = leaking {
        let end = memchr::memmem::find(what, b" to result ").unwrap_or(what.len());
        return Some(Message::Decision(EscapeKind::LeakingParam, &what[..end]));
    }
    if let Some(what) = message.strip_suffix(b" escapes to heap") {
        return Some(Message::Decision(EscapeKind::Escapes, what));
    }
    if let Some(head) = message.strip_suffix(b":") {
        if let Some(at) = memchr::memmem::rfind(head, b" escapes to heap") {
            return Some(Message::Header(Some(&head[..at])));
        }
        if head.starts_with(b"parameter ") && memchr::memmem::find(head, b" leaks to ").is_some() {
            return Some(Message::Header(None));
        }
    }
    let other = [
        &b"can inline "[..],
        b"cannot inline ",
        b"inlining call to ",
        b"mark inlined call",
        b"devirtualizing ",
        b"partially devirtualizing ",
        b"ignoring self-assignment in ",
        b"zero-copy string->[]byte conversion",
        b"zero-copy []byte->string conversion",
        b"should not inline ",
    ]
    .iter()
    .any(|start| message.starts_with(start));
    let other = other
        || message.ends_with(b" does not escape")
        || memchr::memmem::find(message, b" capturing by ").is_some_and(|at| at < 256)
        || message.ends_with(b" does not escape, mutate, or call");
    other.then_some(Message::Other)
}

/// Flow lines of positions whose decision has not come yet, with the text of the header.
type Pending = FxHashMap<(Sym, u32, u32), (Origin, Option<Sym>, Vec<Sym>)>;

#[derive(Default)]
struct Output {
    pending: Pending,
    full: bool,
}

impl Form for Output {
    fn line(&mut self, line: &[u8], cx: &mut Context<'_>) -> Step {
        if let Some(package) = line.strip_prefix(b"# ") {
            // `# example.com/p` starts the output of the next package.
            return if package.contains(&b' ') && !package.ends_with(b"]") {
                Step::NotMine
            } else {
                Step::Taken
            };
        }
        let Some((position, message)) = position(line) else {
            return Step::NotMine;
        };
        let Some(message) = classify(message) else {
            return Step::NotMine;
        };
        let file = match message {
            Message::Other => return Step::Taken,
            _ => cx.set.strings.intern_bytes(position.file),
        };
        let key = (file, position.line, position.column);
        match message {
            Message::Header(what) => {
                let what = what.map(|what| cx.set.strings.intern_bytes(what));
                if self.pending.len() >= MAX_PENDING {
                    self.flush(cx);
                }
                self.pending.entry(key).or_insert((cx.origin(), what, Vec::new()));
            }
            Message::Flow(text) => {
                if let Some((_, _, flow)) = self.pending.get_mut(&key)
                    && flow.len() < MAX_FLOW
                {
                    flow.push(cx.set.strings.intern_bytes(text));
                }
            }
            Message::Decision(kind, what) => {
                let flow = self.pending.remove(&key).map(|(_, _, flow)| flow).unwrap_or_default();
                let what = cx.set.strings.intern_bytes(what);
                self.push(cx, cx.origin(), key, kind, what, flow);
            }
            Message::Other => {}
        }
        Step::Taken
    }

    fn finish(&mut self, cx: &mut Context<'_>, _cut: bool) {
        self.flush(cx);
    }
}

impl Output {
    /// Writes what was explained and never decided, as in output that is cut.
    fn flush(&mut self, cx: &mut Context<'_>) {
        let mut rest: Vec<_> = self.pending.drain().collect();
        rest.sort_by_key(|(_, (origin, ..))| *origin);
        for (key, (origin, what, flow)) in rest {
            if let Some(what) = what {
                self.push(cx, origin, key, EscapeKind::Escapes, what, flow);
            }
        }
    }

    fn push(
        &mut self,
        cx: &mut Context<'_>,
        origin: Origin,
        (file, line, column): (Sym, u32, u32),
        kind: EscapeKind,
        what: Sym,
        flow: Vec<Sym>,
    ) {
        if cx.set.escapes.len() >= MAX_ESCAPES {
            if !self.full {
                self.full = true;
                cx.problem(
                    ProblemKind::Partial,
                    format!("more than {MAX_ESCAPES} escape decisions: the rest is left out"),
                );
            }
            return;
        }
        cx.set.escapes.push(Escape {
            origin,
            file,
            line,
            column,
            kind,
            what,
            flow,
        });
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::read_text;

    fn render(text: &str) -> String {
        let set = read_text(text);
        let mut out = String::new();
        for escape in &set.escapes {
            out += &format!(
                "{} {}:{}:{} {:?} {}\n",
                escape.origin.line,
                set.text(escape.file),
                escape.line,
                escape.column,
                escape.kind,
                set.text(escape.what)
            );
            for flow in &escape.flow {
                out += &format!("    {}\n", set.text(*flow));
            }
        }
        out + &set.inputs[0].forms.join(" ")
    }

    #[test]
    fn one_m() {
        // The same in Go 1.15 to 1.27.
        assert_snapshot!(render(r#"# example.com/app
./p.go:4:6: can inline leak
./p.go:17:49: inlining call to f
./p.go:4:11: leaking param: p to result ~r0 level=1
./p.go:5:15: moved to heap: t
# example.com/app/sub [example.com/app/sub.test]
sub/q.go:6:8: s does not escape
sub/q.go:6:41: string(s) escapes to heap
sub/q.go:7:9: leaking param content: xs
C:\src\q.go:15:45: make([]byte, 100000) escapes to heap
./p.go:17:14: "a: b" escapes to heap
./p.go:20:1: undefined: foo
"#), @r#"
4 ./p.go:4:11 LeakingParam p
5 ./p.go:5:15 MovedToHeap t
8 sub/q.go:6:41 Escapes string(s)
9 sub/q.go:7:9 LeakingParam xs
10 C:\src\q.go:15:45 Escapes make([]byte, 100000)
11 ./p.go:17:14 Escapes "a: b"
escape-analysis
"#);
    }

    #[test]
    fn two_m() {
        // As Go 1.21 writes it, then as Go 1.27 does.
        assert_snapshot!(render("\
./p.go:4:6: can inline leak with cost 3 as: func(*T) *int { return p.p }
./p.go:8:6: cannot inline main: unhandled op GO
./p.go:4:11: parameter p leaks to ~r0 with derefs=1:
./p.go:4:11:   flow: ~r0 = *p:
./p.go:4:11:     from p.p (dot of pointer) at ./p.go:4:32
./p.go:4:11: leaking param: p to result ~r0 level=1
./p.go:5:15: t escapes to heap:
./p.go:5:15:   flow: ~r0 = &t:
./p.go:5:15:     from &t (address-of) at ./p.go:5:46
./p.go:5:25: x escapes to heap:
./p.go:5:25:   flow: t = &x:
./p.go:5:15: moved to heap: t
./p.go:5:25: moved to heap: x
./p.go:6:41: string(s) escapes to heap in g:
./p.go:6:41:   flow: ~r0 ← &{storage for string(s)}:
./p.go:6:41: string(s) escapes to heap
./p.go:9:1: func literal escapes to heap in main:
./p.go:9:1:   flow: {heap} ← &{storage for func literal}:
"), @"
6 ./p.go:4:11 LeakingParam p
    flow: ~r0 = *p:
    from p.p (dot of pointer) at ./p.go:4:32
12 ./p.go:5:15 MovedToHeap t
    flow: ~r0 = &t:
    from &t (address-of) at ./p.go:5:46
13 ./p.go:5:25 MovedToHeap x
    flow: t = &x:
16 ./p.go:6:41 Escapes string(s)
    flow: ~r0 ← &{storage for string(s)}:
17 ./p.go:9:1 Escapes func literal
    flow: {heap} ← &{storage for func literal}:
escape-analysis
");
    }

    #[test]
    fn compile_errors_and_vet_are_left_alone() {
        let set = read_text(
            "# example.com/app\n./p.go:4:6: undefined: x\nx.go:1: escapes to heap\nnote: p.go:1:2: y escapes\n",
        );
        assert!(set.escapes.is_empty());
        assert!(set.inputs[0].forms.is_empty());
    }
}
