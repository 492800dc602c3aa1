//! The graph of what a command touches, and the order in which dbt takes it with one thread.

use std::collections::VecDeque;

/// What is to be ordered: nodes, tests, sources, on-run hooks. What is not selected hands its edges on.
#[derive(Debug, Default)]
pub(super) struct Graph {
    ids: Vec<String>,
    selected: Vec<bool>,
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
}

impl Graph {
    /// Adds a vertex; gives its number.
    pub(super) fn add(&mut self, id: String, selected: bool) -> usize {
        self.ids.push(id);
        self.selected.push(selected);
        self.parents.push(Vec::new());
        self.children.push(Vec::new());
        self.ids.len() - 1
    }

    /// Adds an edge: the second waits for the first.
    pub(super) fn edge(&mut self, first: usize, second: usize) {
        if first != second {
            self.parents[second].push(first);
            self.children[first].push(second);
        }
    }

    /// Takes edges that stand twice as one.
    pub(super) fn settle(&mut self) {
        for edges in self.parents.iter_mut().chain(&mut self.children) {
            edges.sort_unstable();
            edges.dedup();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn is_selected(&self, at: usize) -> bool {
        self.selected[at]
    }

    /// Takes a vertex out of what is selected.
    pub(super) fn leave_out(&mut self, at: usize) {
        self.selected[at] = false;
    }

    pub(super) fn parents(&self, at: usize) -> &[usize] {
        &self.parents[at]
    }

    pub(super) fn any_selected(&self) -> bool {
        self.selected.contains(&true)
    }

    pub(super) fn id(&self, at: usize) -> &str {
        &self.ids[at]
    }

    pub(super) fn children(&self, at: usize) -> &[usize] {
        &self.children[at]
    }

    /// What stands right before a vertex among the selected ones, through those that are not.
    pub(super) fn waits_for(&self, at: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open = self.parents[at].clone();
        let mut seen = std::collections::HashSet::new();
        while let Some(parent) = open.pop() {
            if !seen.insert(parent) {
                continue;
            }
            if self.selected[parent] {
                found.push(parent);
            } else {
                open.extend(&self.parents[parent]);
            }
        }
        found.sort_unstable();
        found
    }

    /// Every vertex after its parents; those of a cycle are left out.
    pub(super) fn topological(&self) -> Vec<usize> {
        let mut waiting: Vec<usize> = self.parents.iter().map(Vec::len).collect();
        let mut order: Vec<usize> = (0..self.len()).filter(|&at| waiting[at] == 0).collect();
        let mut next = 0;
        while let Some(&at) = order.get(next) {
            next += 1;
            for &child in &self.children[at] {
                waiting[child] -= 1;
                if waiting[child] == 0 {
                    order.push(child);
                }
            }
        }
        order
    }

    /// The order in which dbt takes the selected vertices with one thread, and those that wait for each other.
    ///
    /// dbt hands everything that is free to its one worker at once, by depth and then by id; whenever the
    /// worker is done with one, it hands over what that set free, in the same order.
    pub(super) fn order(&self) -> (Vec<usize>, Vec<usize>) {
        let depths = self.depths();
        let mut waiting: Vec<usize> = self.parents.iter().map(Vec::len).collect();
        let mut order = Vec::new();
        let mut queue: VecDeque<usize> = VecDeque::new();
        let hand_over = |free: Vec<usize>, waiting: &mut Vec<usize>, queue: &mut VecDeque<usize>| {
            let mut batch = Vec::new();
            let mut open = free;
            while let Some(at) = open.pop() {
                if self.selected[at] {
                    batch.push(at);
                    continue;
                }
                // What is not selected is done as soon as it is free.
                for &child in &self.children[at] {
                    waiting[child] -= 1;
                    if waiting[child] == 0 {
                        open.push(child);
                    }
                }
            }
            batch.sort_by(|&left, &right| (depths[left], &self.ids[left]).cmp(&(depths[right], &self.ids[right])));
            queue.extend(batch);
        };
        let first = (0..self.len()).filter(|&at| waiting[at] == 0).collect();
        hand_over(first, &mut waiting, &mut queue);
        while let Some(at) = queue.pop_front() {
            order.push(at);
            let mut free = Vec::new();
            for &child in &self.children[at] {
                waiting[child] -= 1;
                if waiting[child] == 0 {
                    free.push(child);
                }
            }
            hand_over(free, &mut waiting, &mut queue);
        }
        let left = (0..self.len()).filter(|&at| waiting[at] > 0).collect();
        (order, left)
    }

    /// How many selected vertices stand before each on the longest way to it.
    fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.len()];
        for at in self.topological() {
            let after = depths[at] + usize::from(self.selected[at]);
            for &child in &self.children[at] {
                depths[child] = depths[child].max(after);
            }
        }
        depths
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;

    fn names(graph: &Graph) -> Vec<String> {
        graph.order().0.into_iter().map(|at| graph.id(at).to_owned()).collect()
    }

    #[test]
    fn what_is_free_comes_by_depth_and_id_and_edges_pass_what_is_not_selected() {
        let mut graph = Graph::default();
        let [b, a, seed, c, d] = [("b", true), ("a", true), ("seed", false), ("c", true), ("d", true)]
            .map(|(id, on)| graph.add(id.to_owned(), on));
        graph.edge(b, seed);
        graph.edge(seed, c);
        graph.edge(a, d);
        graph.settle();
        // c waits for b, through the seed; d for a, which comes first.
        assert_eq!(names(&graph), ["a", "b", "d", "c"]);
        assert_eq!(graph.waits_for(c), [b]);
    }

    #[test]
    fn a_cycle_is_left_over() {
        let mut graph = Graph::default();
        let [a, b] = ["a", "b"].map(|id| graph.add(id.to_owned(), true));
        graph.edge(a, b);
        graph.edge(b, a);
        graph.settle();
        assert_eq!(graph.order(), (vec![], vec![a, b]));
    }
}
