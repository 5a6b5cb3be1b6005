//! Circles in graphs.

/// The strongly connected components of a graph of nodes 0 to `count`, each in order of numbers (Tarjan, 1972, without recursion). `next_of` gives
/// the node behind an edge of a node, by the number of the edge.
pub(crate) fn components(count: usize, next_of: impl Fn(usize, usize) -> Option<usize>) -> Vec<Vec<u32>> {
    let mut index = vec![u32::MAX; count];
    let mut low = vec![0; count];
    let mut on_stack = vec![false; count];
    let mut stack = Vec::new();
    let mut out = Vec::new();
    let mut next_index = 0;
    for root in 0..count {
        if index[root] != u32::MAX {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((node, edge)) = calls.pop() {
            if edge == 0 {
                index[node] = next_index;
                low[node] = next_index;
                next_index += 1;
                stack.push(node as u32);
                on_stack[node] = true;
            }
            match next_of(node, edge) {
                Some(to) => {
                    calls.push((node, edge + 1));
                    if index[to] == u32::MAX {
                        calls.push((to, 0));
                    } else if on_stack[to] {
                        low[node] = low[node].min(index[to]);
                    }
                }
                None => {
                    if let Some(&(parent, _)) = calls.last() {
                        low[parent] = low[parent].min(low[node]);
                    }
                    if low[node] == index[node] {
                        let mut component = Vec::new();
                        while let Some(member) = stack.pop() {
                            on_stack[member as usize] = false;
                            component.push(member);
                            if member as usize == node {
                                break;
                            }
                        }
                        component.sort_unstable();
                        out.push(component);
                    }
                }
            }
        }
    }
    out
}
