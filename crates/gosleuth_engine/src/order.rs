//! Topological order of packages, and circles of imports.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

/// Nodes of a graph, dependencies first.
pub(crate) struct Order {
    /// Every node, by depth and then by name.
    pub(crate) sorted: Vec<usize>,
    /// By node: one more than the deepest one it points to; members of a circle have the same.
    pub(crate) depths: Vec<u32>,
    /// One circle for each group of nodes that reach each other, starting with its first name; sorted.
    pub(crate) circles: Vec<Vec<usize>>,
}

/// Orders a graph given by the targets of each node. The names of the nodes are distinct and decide where depth does not.
pub(crate) fn topological(edges: &[Vec<usize>], names: &[&str]) -> Order {
    let groups = groups(edges);
    let mut group_of = vec![0; edges.len()];
    for (number, group) in groups.iter().enumerate() {
        for &node in group {
            group_of[node] = number;
        }
    }
    let mut depths = vec![0; edges.len()];
    let mut circles = Vec::new();
    // Groups come with those they point to before them.
    for (number, group) in groups.iter().enumerate() {
        let outside = group
            .iter()
            .flat_map(|&node| &edges[node])
            .filter(|&&target| group_of[target] != number);
        let depth = outside.map(|&target| depths[target] + 1).max().unwrap_or(0);
        for &node in group {
            depths[node] = depth;
        }
        if group.len() > 1 || edges[group[0]].contains(&group[0]) {
            let first = group
                .iter()
                .copied()
                .min_by_key(|&node| names[node])
                .unwrap_or(group[0]);
            let way = way_back(edges, names, first, &edges[first], |target| group_of[target] == number);
            circles.push(way.unwrap_or_else(|| vec![first]));
        }
    }
    let mut sorted: Vec<usize> = (0..edges.len()).collect();
    sorted.sort_unstable_by_key(|&node| (depths[node], names[node]));
    circles.sort_by_key(|circle| names[circle[0]]);
    Order {
        sorted,
        depths,
        circles,
    }
}

/// A shortest way from a node over one of `targets` back to it, through nodes that `passes` lets through: the nodes, each once.
pub(crate) fn way_back<'e>(
    edges: &'e [Vec<usize>],
    names: &[&str],
    first: usize,
    mut targets: &'e [usize],
    passes: impl Fn(usize) -> bool,
) -> Option<Vec<usize>> {
    let mut before: FxHashMap<usize, usize> = FxHashMap::default();
    let mut queue = VecDeque::new();
    let mut node = first;
    loop {
        let mut next: Vec<usize> = targets.iter().copied().filter(|&target| passes(target)).collect();
        next.sort_unstable_by_key(|&target| names[target]);
        for target in next {
            if target == first {
                let mut way = vec![node];
                while way[way.len() - 1] != first {
                    way.push(before[&way[way.len() - 1]]);
                }
                way.reverse();
                return Some(way);
            }
            if let Entry::Vacant(entry) = before.entry(target) {
                entry.insert(node);
                queue.push_back(target);
            }
        }
        node = queue.pop_front()?;
        targets = &edges[node];
    }
}

/// Groups of nodes that reach each other, by Tarjan's algorithm (SIAM J. Comput. 1972) without recursion.
fn groups(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: u32 = u32::MAX;
    let mut index = vec![NEW; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut on_stack = vec![false; edges.len()];
    let mut stack = Vec::new();
    let mut groups = Vec::new();
    let mut next = 0;
    for start in 0..edges.len() {
        if index[start] != NEW {
            continue;
        }
        let mut work = vec![(start, 0)];
        while let Some((node, at)) = work.pop() {
            if at == 0 {
                index[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&target) = edges[node].get(at) {
                work.push((node, at + 1));
                if index[target] == NEW {
                    work.push((target, 0));
                } else if on_stack[target] {
                    low[node] = low[node].min(index[target]);
                }
                continue;
            }
            if let Some(&(parent, _)) = work.last() {
                low[parent] = low[parent].min(low[node]);
            }
            if low[node] == index[node] {
                let mut group = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    group.push(member);
                    if member == node {
                        break;
                    }
                }
                groups.push(group);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

    #[test]
    fn dependencies_come_first() {
        let order = topological(&[vec![1, 2], vec![3], vec![3], vec![], vec![0]], &NAMES[..5]);
        assert_eq!(order.sorted, [3, 1, 2, 0, 4]);
        assert_eq!(order.depths, [2, 1, 1, 0, 3]);
        assert!(order.circles.is_empty());
    }

    #[test]
    fn circles_are_found_once_each() {
        // b -> c -> d -> b, c -> e -> c, f -> f, a -> b
        let order = topological(&[vec![1], vec![2], vec![4, 3], vec![1], vec![2], vec![5]], &NAMES);
        assert_eq!(order.circles, [vec![1, 2, 3], vec![5]]);
        assert_eq!(order.depths, [1, 0, 0, 0, 0, 0]);
        assert_eq!(order.sorted, [1, 2, 3, 4, 5, 0]);
    }

    #[test]
    fn long_chains_need_no_stack() {
        let edges: Vec<Vec<usize>> = (0..100_000)
            .map(|node| if node == 0 { vec![] } else { vec![node - 1] })
            .collect();
        let names: Vec<String> = (0..100_000).map(|node| format!("{node:06}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(topological(&edges, &names).depths[99_999], 99_999);
    }
}
