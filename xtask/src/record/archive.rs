//! Archives of recordings: plain tar of regular files, sorted, without times or owners, compressed by
//! the `zstd` program. The same evidence always gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

const BLOCK: usize = 512;

/// Writes the files below `stage` to the archive at `path`. Unless `whole`, programs (the first two
/// parts of a member's name) that are not below `stage` stay as they are in the old archive.
pub(crate) fn update(path: &Path, stage: &Path, whole: bool) -> Result<()> {
    let mut fresh = BTreeMap::new();
    collect(stage, stage, &mut fresh)?;
    let mut members = if whole || !path.exists() {
        BTreeMap::new()
    } else {
        read(path)?
    };
    members.retain(|name, _| !fresh.keys().any(|f| program(f) == program(name)));
    members.append(&mut fresh);
    write(path, &members)
}

/// Programs of which the archive at `path` holds recordings that are not empty; none if there is no archive.
pub(crate) fn programs(path: &Path) -> Result<BTreeSet<String>> {
    if !path.exists() {
        return Ok(BTreeSet::new());
    }
    let recordings = read(path)?.into_iter().filter(|(_, data)| !data.is_empty());
    Ok(recordings.map(|(member, _)| program(&member).to_owned()).collect())
}

fn program(member: &str) -> &str {
    member.rsplit_once('/').map_or(member, |(program, _)| program)
}

fn collect(root: &Path, dir: &Path, into: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, into)?;
        } else {
            let name = path.strip_prefix(root)?.to_str().context("a name that is not UTF-8")?;
            into.insert(name.to_owned(), std::fs::read(&path)?);
        }
    }
    Ok(())
}

fn write(path: &Path, members: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let mut tar = Vec::new();
    for (name, data) in members {
        tar.extend_from_slice(&header(name, data.len())?);
        tar.extend_from_slice(data);
        tar.resize(tar.len().next_multiple_of(BLOCK), 0);
    }
    tar.resize(tar.len() + 2 * BLOCK, 0);

    let dir = path.parent().context("an archive needs a directory")?;
    std::fs::create_dir_all(dir)?;
    // Whoever reads the archive meanwhile sees the old one.
    let aside = path.with_extension("new");
    let mut zstd = Command::new("zstd")
        .args(["-19", "-q", "-f", "-o"])
        .arg(&aside)
        .stdin(Stdio::piped())
        .spawn()
        .context("running zstd")?;
    zstd.stdin.take().expect("stdin is piped").write_all(&tar)?;
    ensure!(zstd.wait()?.success(), "zstd failed");
    std::fs::rename(&aside, path)?;
    Ok(())
}

fn read(path: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let output = Command::new("zstd")
        .args(["-dcq"])
        .arg(path)
        .output()
        .context("running zstd")?;
    ensure!(output.status.success(), "zstd cannot read {}", path.display());
    let mut rest = output.stdout.as_slice();
    let mut members = BTreeMap::new();
    while rest.len() >= BLOCK && rest[0] != 0 {
        let (head, tail) = rest.split_at(BLOCK);
        let name = text(&head[..100])?;
        let size = usize::from_str_radix(text(&head[124..136])?.trim(), 8)?;
        ensure!(
            tail.len() >= size.next_multiple_of(BLOCK),
            "{name}: the archive is cut off"
        );
        members.insert(name.to_owned(), tail[..size].to_vec());
        rest = &tail[size.next_multiple_of(BLOCK)..];
    }
    Ok(members)
}

fn text(field: &[u8]) -> Result<&str> {
    let end = field.iter().position(|&b| b == 0).unwrap_or(field.len());
    Ok(std::str::from_utf8(&field[..end])?)
}

/// A ustar header of a regular file.
fn header(name: &str, size: usize) -> Result<[u8; BLOCK]> {
    ensure!(name.len() <= 100, "{name}: too long for an archive");
    let mut head = [0u8; BLOCK];
    let mut put = |at: usize, value: &[u8]| head[at..at + value.len()].copy_from_slice(value);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        "); // the checksum counts as spaces in its own sum
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = head.iter().map(|&b| u32::from(b)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_replaces_whole_programs_and_keeps_the_others() {
        let dir = std::env::temp_dir().join(format!("gosleuth-archive-test-{}", std::process::id()));
        let path = dir.join("recordings.tar.zst");
        let stage = |files: &[(&str, &str)]| {
            let stage = dir.join("stage");
            let _ = std::fs::remove_dir_all(&stage);
            for (name, data) in files {
                let file = stage.join(name);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, data).unwrap();
            }
            stage
        };
        let long = "x".repeat(1300);
        update(
            &path,
            &stage(&[("leak/a/A.txt", &long), ("leak/b/A.txt", ""), ("leak/b/B.txt", "old")]),
            true,
        )
        .unwrap();
        update(&path, &stage(&[("leak/b/A.txt", "new")]), false).unwrap();
        let members: Vec<(String, Vec<u8>)> = read(&path).unwrap().into_iter().collect();
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(
            members,
            [
                ("leak/a/A.txt".to_owned(), long.into_bytes()),
                ("leak/b/A.txt".to_owned(), b"new".to_vec())
            ]
        );
    }
}
