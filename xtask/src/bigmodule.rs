//! A module with many packages that import each other, for benchmarks: made on demand, and the same every time.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Arguments of `cargo xtask bigmodule`.
#[derive(clap::Args)]
pub(crate) struct BigModuleArgs {
    /// Number of packages; each imports up to three before it
    #[arg(long, default_value_t = 500)]
    packages: usize,
    /// Directory to write to
    #[arg(long)]
    out: PathBuf,
}

/// Files of a package, and methods in each.
const FILES: usize = 3;
const METHODS: usize = 12;

pub(crate) fn run(args: &BigModuleArgs) -> Result<()> {
    write(&args.out.join("go.mod"), "module example.com/big\n\ngo 1.26\n")?;
    for number in 0..args.packages {
        let package = name(number);
        let directory = args.out.join(&package);
        let mut imports: Vec<usize> = [number * 7 / 8, number / 2, number / 3]
            .into_iter()
            .filter(|&import| import < number)
            .collect();
        imports.sort_unstable();
        imports.dedup();
        for file in 0..FILES {
            let text = service(&package, file, if file == 0 { &imports } else { &[] });
            write(&directory.join(format!("service{file}.go")), &text)?;
        }
        let test = format!(
            "package {package}\n\nimport (\n\t\"context\"\n\t\"testing\"\n)\n\nfunc TestUse(t *testing.T) {{\n\
             \tif err := Use(context.Background()); err != nil {{\n\t\tt.Log(err)\n\t}}\n}}\n"
        );
        write(&directory.join("service_test.go"), &test)?;
    }
    Ok(())
}

fn name(number: usize) -> String {
    format!("p{number:03}")
}

/// A file with a type that guards a map with a lock and waits for a channel.
fn service(package: &str, file: usize, imports: &[usize]) -> String {
    let mut text = format!("package {package}\n\nimport (\n\t\"context\"\n");
    for &import in imports {
        let _ = writeln!(text, "\t\"example.com/big/{}\"", name(import));
    }
    let _ = write!(
        text,
        "\t\"fmt\"\n\t\"sync\"\n)\n\n// Service{file} keeps items.\ntype Service{file} struct {{\n\tmu    sync.Mutex\n\titems map[string]int\n\tqueue chan int\n}}\n\n\
         // New{file} makes one.\nfunc New{file}() *Service{file} {{\n\treturn &Service{file}{{items: map[string]int{{}}, queue: make(chan int, 4)}}\n}}\n"
    );
    for method in 0..METHODS {
        let _ = write!(
            text,
            "\nfunc (s *Service{file}) Method{method}(ctx context.Context, name string) (int, error) {{\n\
             \ts.mu.Lock()\n\tv, ok := s.items[name]\n\ts.mu.Unlock()\n\tif ok {{\n\t\treturn v + {method}, nil\n\t}}\n\
             \tselect {{\n\tcase v := <-s.queue:\n\t\treturn v, nil\n\tcase <-ctx.Done():\n\
             \t\treturn 0, fmt.Errorf(\"waiting for %s: %w\", name, ctx.Err())\n\t}}\n}}\n"
        );
    }
    if file == 0 {
        text.push_str("\n// Use asks a service of each import.\nfunc Use(ctx context.Context) error {\n\t_, err := New0().Method0(ctx, \"a\")\n");
        for &import in imports {
            let _ = write!(
                text,
                "\tif err == nil {{\n\t\t_, err = {}.New1().Method3(ctx, \"b\")\n\t}}\n",
                name(import)
            );
        }
        text.push_str("\treturn err\n}\n");
    }
    text
}

fn write(path: &Path, text: &str) -> Result<()> {
    let parent = path.parent().context("files are in a directory")?;
    std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
