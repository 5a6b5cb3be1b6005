//! A machine that exists in memory only.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Entry, FileKind, Stamp, System};

/// Files, directories and symbolic links by absolute path, and variables. Its platform is `linux/amd64`.
#[derive(Clone, Debug)]
pub struct MemorySystem {
    nodes: BTreeMap<PathBuf, Node>,
    env: BTreeMap<String, String>,
    /// Files that were written: the time of this machine.
    writes: u64,
}

#[derive(Clone, Debug)]
enum Node {
    /// Contents, and when they were written.
    File(Vec<u8>, u64),
    Directory,
    Symlink(PathBuf),
}

/// Symbolic links that one path may go through, as in Linux.
const MAX_LINKS: usize = 40;

impl MemorySystem {
    /// A machine with an empty root directory and no variables.
    pub fn new() -> Self {
        Self {
            nodes: BTreeMap::from([(PathBuf::from("/"), Node::Directory)]),
            env: BTreeMap::new(),
            writes: 0,
        }
    }

    /// Writes a file and the directories above it. The path goes through no symbolic link.
    pub fn file(&mut self, path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> &mut Self {
        self.writes += 1;
        let node = Node::File(contents.as_ref().to_vec(), self.writes);
        self.insert(path.as_ref(), node)
    }

    /// Makes a symbolic link and the directories above it; a relative target starts at the directory of the link.
    pub fn symlink(&mut self, path: impl AsRef<Path>, target: impl AsRef<Path>) -> &mut Self {
        self.insert(path.as_ref(), Node::Symlink(target.as_ref().to_owned()))
    }

    /// Makes a directory and the directories above it.
    pub fn directory(&mut self, path: impl AsRef<Path>) -> &mut Self {
        self.insert(path.as_ref(), Node::Directory)
    }

    /// Removes a file, a link or an empty directory.
    pub fn remove(&mut self, path: impl AsRef<Path>) -> &mut Self {
        self.nodes.remove(path.as_ref());
        self
    }

    /// Sets a variable.
    pub fn set_env(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    fn insert(&mut self, path: &Path, node: Node) -> &mut Self {
        for above in path.ancestors().skip(1) {
            self.nodes.entry(above.to_owned()).or_insert(Node::Directory);
        }
        self.nodes.insert(path.to_owned(), node);
        self
    }

    /// The path without links, and what is there.
    fn find(&self, path: &Path) -> io::Result<(PathBuf, &Node)> {
        let mut links = 0;
        let mut real = PathBuf::from("/");
        let mut rest: Vec<Part> = Vec::new();
        push(&mut rest, path);
        while let Some(part) = rest.pop() {
            let name = match part {
                Part::Root => {
                    real = PathBuf::from("/");
                    continue;
                }
                Part::Up => {
                    real.pop();
                    continue;
                }
                Part::Down(name) => name,
            };
            if !matches!(self.nodes.get(&real), Some(Node::Directory)) {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            real.push(name);
            match self.nodes.get(&real).ok_or(io::ErrorKind::NotFound)? {
                Node::Symlink(target) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(io::Error::other("too many symbolic links"));
                    }
                    real.pop();
                    push(&mut rest, target);
                }
                Node::File(..) | Node::Directory => {}
            }
        }
        let node = self.nodes.get(&real).ok_or(io::ErrorKind::NotFound)?;
        Ok((real, node))
    }
}

impl Default for MemorySystem {
    fn default() -> Self {
        Self::new()
    }
}

/// A step of a path.
enum Part {
    Root,
    Up,
    Down(String),
}

/// Puts the steps of a path on a stack, the first one on top.
fn push(stack: &mut Vec<Part>, path: &Path) {
    for component in path.components().rev() {
        match component {
            Component::RootDir => stack.push(Part::Root),
            Component::ParentDir => stack.push(Part::Up),
            Component::Normal(name) => stack.push(Part::Down(name.to_string_lossy().into_owned())),
            Component::CurDir | Component::Prefix(_) => {}
        }
    }
}

impl System for MemorySystem {
    fn read(&self, path: &Path, at_most: u64) -> io::Result<Vec<u8>> {
        match self.find(path)?.1 {
            Node::File(contents, _) => {
                let length = usize::try_from(at_most).unwrap_or(usize::MAX).min(contents.len());
                Ok(contents[..length].to_vec())
            }
            _ => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let (real, Node::Directory) = self.find(path)? else {
            return Err(io::ErrorKind::NotADirectory.into());
        };
        let mut entries: Vec<Entry> = self
            .nodes
            .range(real.clone()..)
            .skip(1)
            .take_while(|(path, _)| path.starts_with(&real))
            .filter(|(path, _)| path.parent() == Some(&real))
            .filter_map(|(path, node)| {
                Some(Entry {
                    name: path.file_name()?.to_str()?.to_owned(),
                    kind: kind(node),
                })
            })
            .collect();
        entries.sort_unstable();
        Ok(entries)
    }

    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        Ok(kind(self.find(path)?.1))
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        match self.find(path).ok()?.1 {
            Node::File(contents, written) => Some(Stamp {
                size: contents.len() as u64,
                modified: *written,
                changed: 0,
                number: 0,
            }),
            _ => None,
        }
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(self.find(path)?.0)
    }

    fn env(&self, name: &str) -> Option<String> {
        self.env.get(name).cloned()
    }

    fn host(&self) -> (&'static str, &'static str) {
        ("linux", "amd64")
    }
}

fn kind(node: &Node) -> FileKind {
    match node {
        Node::File(..) => FileKind::File,
        Node::Directory => FileKind::Directory,
        Node::Symlink(_) => FileKind::Symlink,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_directories_and_links() {
        let mut system = MemorySystem::new();
        system
            .file("/a/b/c.go", "package b")
            .file("/a/d.go", "")
            .symlink("/l", "a/b")
            .symlink("/a/up", "../l/c.go");
        assert_eq!(system.read(Path::new("/l/c.go"), 3).expect("there"), b"pac");
        assert_eq!(system.read(Path::new("/a/up"), 99).expect("there"), b"package b");
        assert_eq!(
            system.canonicalize(Path::new("/l/../d.go")).expect("there"),
            Path::new("/a/d.go")
        );
        let names: Vec<(String, FileKind)> = system
            .read_dir(Path::new("/a"))
            .expect("there")
            .into_iter()
            .map(|entry| (entry.name, entry.kind))
            .collect();
        assert_eq!(
            names,
            [
                ("b".to_owned(), FileKind::Directory),
                ("d.go".to_owned(), FileKind::File),
                ("up".to_owned(), FileKind::Symlink),
            ]
        );
        assert!(system.is_dir(Path::new("/l")) && system.is_file(Path::new("/a/up")));
        assert!(system.kind(Path::new("/a/d.go/x")).is_err());
        assert!(system.kind(Path::new("/nothing")).is_err());
    }

    #[test]
    fn circles_of_links_end() {
        let mut system = MemorySystem::new();
        system.symlink("/a", "/b").symlink("/b", "/a").symlink("/c", "c/c");
        assert!(system.kind(Path::new("/a")).is_err());
        assert!(system.canonicalize(Path::new("/c")).is_err());
    }
}
