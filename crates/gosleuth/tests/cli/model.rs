//! `gosleuth model`.

use gosleuth::Exit;
use gosleuth_testkit::schema;

use crate::{Scratch, root, run, run_with};

const TRANSFER: &str = "./testdata/families/B03/bad_account_transfer";

#[test]
fn a_function_with_its_goroutines() {
    let run = run(&["model", "TestAccountTransfer", TRANSFER]);
    assert_eq!((run.exit, run.err.as_str()), (Exit::Found, ""));
    for part in [
        "example.com/families/B03/bad_account_transfer.TestAccountTransfer\n",
        "  src.mu  lock, used at account_transfer_test.go:25",
        "in testdata/families/B03/bad_account_transfer\n",
        "goroutine 1, started by TestAccountTransfer at account_transfer_test.go:45",
        "nothing is left out",
        "verdict: something can go wrong; the first schedule rests on nothing that the program leaves open",
        "waits for the lock, which is never released",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
}

#[test]
fn documents_are_what_the_schema_says() {
    let path = root().join("docs/schema/model.v1.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).expect("committed")).expect("JSON");
    let document = run(&["model", "(*bank).transfer", TRANSFER, "--format", "json"]).json();
    assert_eq!(schema::problems(&schema, &document), Vec::<String>::new());
    assert_eq!(document["goroutines"][0]["name"], "(*bank).transfer");
    assert!(
        document["promela"]
            .as_str()
            .is_some_and(|text| text.contains("proctype G0()"))
    );
}

#[test]
fn names_that_mean_nothing_or_too_much() {
    let scratch = Scratch::new("model");
    scratch.write("go.mod", "module example.com/m\n\ngo 1.24\n");
    scratch.write(
        "m.go",
        "package m\n\ntype A struct{}\n\ntype B struct{}\n\nfunc (A) Close() {}\n\nfunc (*B) Close() {}\n\nfunc Open() {}\n",
    );
    let say = |name: &str| {
        let run = run_with(&["model", name], b"", scratch.path());
        assert_eq!((run.exit, run.out.as_str()), (Exit::Trouble, ""));
        run.err
    };
    assert!(say("Close").contains("Close names 2 functions or more: example.com/m.(*B).Close, example.com/m.A.Close"));
    assert!(say("Opem").contains("no function is called Opem; near it: example.com/m.Open"));
    assert!(say("Entirely").contains("no function is called Entirely in 3 functions"));
    let run = run_with(&["model", "B.Close"], b"", scratch.path());
    assert_eq!((run.exit, run.err.as_str()), (Exit::Clean, ""));
    assert!(run.out.contains("verdict: in no order of turns"), "{}", run.out);
}
