//! No two files know each other, directly or by way of others; but a parent and its own child may.
//!
//! Who only hands a name on (`pub use`) doesn't know it: the name counts as its own file's.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{ItemUse, Path, UseTree, Visibility};

use super::source::Source;

type Module = Vec<String>;

/// What each file takes from each other one.
#[derive(Default)]
struct Graph {
    edges: BTreeMap<Module, BTreeMap<Module, BTreeSet<String>>>,
}

pub fn circles(sources: &[Source]) -> Vec<String> {
    let graph = Graph::of(sources);
    let paths: BTreeMap<Module, &str> =
        sources.iter().map(|source| (source.module(), source.path.as_str())).collect();
    let path = |module: &Module| paths.get(module).copied().unwrap_or_default();
    let mut wrong = Vec::new();
    for (from, known) in &graph.edges {
        for (to, names) in known {
            if graph.leads_back(from, to) {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                wrong.push(format!("{} → {}: {}", path(from), path(to), names.join(", ")));
            }
        }
    }
    wrong
}

fn are_kin(a: &Module, b: &Module) -> bool {
    let is_child = |child: &Module, parent: &Module| {
        child.len() == parent.len() + 1 && child.starts_with(parent)
    };
    is_child(a, b) || is_child(b, a)
}

impl Graph {
    fn of(sources: &[Source]) -> Graph {
        let read: Vec<Reading> = sources
            .iter()
            .filter(|source| !source.is_test() && source.path != "src/main.rs")
            .map(Reading::of)
            .collect();
        let modules: BTreeSet<Module> = read.iter().map(|reading| reading.module.clone()).collect();
        let place = |here: &Module, path: &[String]| place(&modules, here, path);
        let mut handed_on: BTreeMap<(Module, String), (Module, Vec<String>)> = BTreeMap::new();
        for reading in &read {
            for (name, path) in &reading.handed_on {
                if let Some(found) = place(&reading.module, path) {
                    handed_on.insert((reading.module.clone(), name.clone()), found);
                }
            }
        }
        let mut graph = Graph::default();
        for reading in &read {
            for path in &reading.used {
                let Some((mut module, mut rest)) = place(&reading.module, path) else { continue };
                while let Some(name) = rest.first()
                    && let Some((owner, own)) = handed_on.get(&(module.clone(), name.clone()))
                {
                    let further: Vec<String> = rest.drain(1..).collect();
                    (module, rest) = (owner.clone(), own.iter().cloned().chain(further).collect());
                }
                if module != reading.module && !module.is_empty() {
                    let names = graph.edges.entry(reading.module.clone()).or_default();
                    names.entry(module).or_default().insert(rest.join("::"));
                }
            }
        }
        graph
    }

    /// Whether a way leads back from `to`; among kin, another one than the direct.
    fn leads_back(&self, from: &Module, to: &Module) -> bool {
        let mut reached = BTreeSet::from([to]);
        let mut waiting = vec![to];
        while let Some(next) = waiting.pop() {
            for module in self.edges.get(next).into_iter().flat_map(BTreeMap::keys) {
                if module == from && !(next == to && are_kin(from, to)) {
                    return true;
                }
                if module != from && reached.insert(module) {
                    waiting.push(module);
                }
            }
        }
        false
    }
}

/// The module that a path leads to from `here`, and what follows; `None` for another crate's.
fn place(
    modules: &BTreeSet<Module>,
    here: &Module,
    path: &[String],
) -> Option<(Module, Vec<String>)> {
    let mut rest = path.iter().peekable();
    let mut module = match rest.peek()?.as_str() {
        "crate" => {
            rest.next();
            Module::new()
        }
        _ => here.clone(),
    };
    let mut is_ours = rest.len() < path.len();
    while let Some(step) = rest.next_if(|step| ["self", "super"].contains(&step.as_str())) {
        is_ours = true;
        if step == "super" {
            module.pop();
        }
    }
    while let Some(step) = rest.peek() {
        let deeper: Module = module.iter().chain([*step]).cloned().collect();
        if !modules.contains(&deeper) {
            break;
        }
        (module, is_ours) = (deeper, true);
        rest.next();
    }
    is_ours.then(|| (module, rest.cloned().collect()))
}

/// What stands in one file.
struct Reading {
    module: Module,
    used: Vec<Vec<String>>,
    /// By the name under which it is handed on.
    handed_on: Vec<(String, Vec<String>)>,
}

impl Reading {
    fn of(source: &Source) -> Reading {
        let mut reading =
            Reading { module: source.module(), used: Vec::new(), handed_on: Vec::new() };
        reading.visit_file(&source.syntax);
        reading
    }
}

impl<'ast> Visit<'ast> for Reading {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for (name, path) in leaves(&item.tree) {
            match item.vis {
                Visibility::Inherited => self.used.push(path),
                _ => self.handed_on.push((name, path)),
            }
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.segments.len() > 1 {
            let names = path.segments.iter().map(|segment| segment.ident.to_string());
            self.used.push(names.collect());
        }
        visit::visit_path(self, path);
    }
}

/// Each path of `a::{b, c::d as e}`, with the name that it brings.
fn leaves(tree: &UseTree) -> Vec<(String, Vec<String>)> {
    match tree {
        UseTree::Path(path) => {
            let mut below = leaves(&path.tree);
            for (_, names) in &mut below {
                names.insert(0, path.ident.to_string());
            }
            below
        }
        UseTree::Name(name) if name.ident == "self" => vec![(String::new(), Vec::new())],
        UseTree::Name(name) => vec![(name.ident.to_string(), vec![name.ident.to_string()])],
        UseTree::Rename(it) => vec![(it.rename.to_string(), vec![it.ident.to_string()])],
        UseTree::Glob(_) => vec![("*".to_owned(), Vec::new())],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}
