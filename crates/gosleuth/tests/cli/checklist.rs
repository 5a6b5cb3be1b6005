//! `gosleuth check --checklist`: what is known of each goroutine that is started.

use gosleuth::Exit;
use gosleuth_testkit::schema;
use serde_json::Value;

use crate::{Run, Scratch, root, run_with};

/// Goroutines of several kinds. It needs the standard library for its types only.
const PROGRAM: &str = r#"package p

import (
	"context"
	"log"
	"net/http"
	"sync"
	"time"
)

func work() {}

// forgotten runs for ever, and nobody hears of it.
func forgotten() {
	go func() {
		for {
			work()
			time.Sleep(time.Second)
		}
	}()
}

// kept is all that a review could wish for.
func kept(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer func() {
			if r := recover(); r != nil {
				log.Print(r)
			}
		}()
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
			work()
		}
	}()
	wg.Wait()
}

type server struct {
	mu   sync.Mutex
	jobs chan int
	done chan struct{}
}

func (s *server) run() {
	defer close(s.done)
	defer s.report()
	for range s.jobs {
		work()
	}
}

func (s *server) report() {
	s.mu.Lock()
	defer s.mu.Unlock()
}

func (s *server) start() { go s.run() }

func (s *server) stop() {
	close(s.jobs)
	<-s.done
}

// once ends by itself.
func once() {
	go work()
}

func serve() {
	go http.ListenAndServe(":80", nil)
}
"#;

fn run(name: &str, words: &[&str]) -> Run {
    let scratch = Scratch::new(name);
    scratch.write("go.mod", "module example.com/p\n\ngo 1.22\n");
    scratch.write("p.go", PROGRAM);
    let words: Vec<&str> = ["check", "--no-cache", "--checklist"]
        .iter()
        .chain(words)
        .copied()
        .collect();
    run_with(&words, b"", scratch.path())
}

/// The answers about the goroutine that is started in a function, by question.
fn answers(document: &Value, function: &str) -> Vec<(String, String, bool)> {
    let starts = document["goroutines"].as_array().expect("a list");
    let start = starts
        .iter()
        .find(|start| start["function"].as_str().expect("text").ends_with(function))
        .expect("a start");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let answers = start["answers"].as_array().expect("a list").iter();
    answers
        .map(|one| {
            (
                text(&one["question"]),
                text(&one["answer"]),
                one["open"].as_bool().expect("a boolean"),
            )
        })
        .collect()
}

fn words(document: &Value, function: &str) -> String {
    let words: Vec<String> = answers(document, function)
        .into_iter()
        .map(|(_, answer, _)| answer)
        .collect();
    words.join(" ")
}

#[test]
fn the_checklist_answers_six_questions_about_each_goroutine() {
    let json = run("checklist-json", &["--format", "json"]);
    assert_eq!(json.exit, Exit::Clean, "{}", json.err);
    let document = json.json();
    // recovers, cancellation, bounded, awaited, blocking defers, deadline
    assert_eq!(words(&document, "p.forgotten"), "no no no no no no");
    assert_eq!(words(&document, "p.kept"), "yes yes unknown yes no yes");
    assert_eq!(words(&document, "start"), "no yes unknown yes yes no");
    assert_eq!(words(&document, "p.once"), "no no yes no no no");
    assert_eq!(
        words(&document, "p.serve"),
        "unknown unknown unknown unknown unknown unknown"
    );
    // What ends by itself need not be cancelled.
    let open = |function: &str| {
        let answers = answers(&document, function).into_iter();
        answers
            .filter(|one| one.2)
            .map(|one| one.0)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(open("p.once"), "recovers awaited");
    assert_eq!(open("p.forgotten"), "recovers cancellation awaited");
    assert_eq!(open("p.kept"), "");
}

#[test]
fn the_checklist_follows_its_schema() {
    let schema_path = root().join("docs/schema/checklist.v1.json");
    let document = run("checklist-schema", &["--format", "json"]).json();
    let text = std::fs::read_to_string(schema_path).expect("a schema");
    let problems = schema::problems(&serde_json::from_str(&text).expect("JSON"), &document);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn the_checklist_is_text_or_a_table() {
    let text = run("checklist-text", &[]);
    assert_eq!(text.exit, Exit::Clean, "{}", text.err);
    assert!(
        text.out.contains("p.go:15:2 example.com/p.forgotten.func1\n"),
        "{}",
        text.out
    );
    assert!(
        text.out
            .contains("  ! can be cancelled  no       nothing tells it to stop\n"),
        "{}",
        text.out
    );
    assert!(text.out.contains("5 places start goroutines: "), "{}", text.out);
    let table = run("checklist-markdown", &["--format", "markdown"]);
    assert!(
        table
            .out
            .contains("| `p.go:15` | `example.com/p.forgotten.func1` | **no**: a panic ends the process |"),
        "{}",
        table.out
    );
    let other = run("checklist-sarif", &["--format", "sarif"]);
    assert_eq!(other.exit, Exit::Trouble);
    assert!(
        other
            .err
            .contains("--checklist has the formats text, markdown and json"),
        "{}",
        other.err
    );
}
