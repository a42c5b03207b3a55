//! How long a file and a function may be, and how much a function may ask for.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use super::source::{Source, without_tests};

/// Lines of a file, its tests aside.
pub const FILE: usize = 400;
/// Lines of a function, from its name to its last brace.
pub const FUNCTION: usize = 60;
/// Nine in ten functions have no more lines.
pub const MOST_FUNCTIONS: usize = 23;
/// Parameters, the receiver among them.
pub const PARAMETERS: usize = 6;

pub fn files(sources: &[Source]) -> Vec<String> {
    let long = sources.iter().filter(|source| !source.is_test()).filter_map(|source| {
        let lines = without_tests(&source.text).lines().count();
        (lines > FILE).then(|| format!("{}: {lines} lines; split it by concept", source.path))
    });
    long.collect()
}

pub fn functions(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut lengths = Vec::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let mut functions = Functions::default();
        functions.visit_file(&source.syntax);
        for Function { name, lines, parameters } in functions.0 {
            lengths.push(lines);
            if lines > FUNCTION {
                wrong.push(format!("{}: {name} has {lines} lines", source.path));
            }
            if parameters > PARAMETERS {
                wrong.push(format!("{}: {name} has {parameters} parameters", source.path));
            }
        }
    }
    lengths.sort_unstable();
    let most = lengths.get(lengths.len() * 9 / 10).copied().unwrap_or_default();
    if most > MOST_FUNCTIONS {
        wrong.push(format!("one function in ten has {most} lines or more"));
    }
    wrong
}

struct Function {
    name: String,
    lines: usize,
    parameters: usize,
}

#[derive(Default)]
struct Functions(Vec<Function>);

impl Functions {
    fn note(&mut self, signature: &Signature, body: &Block) {
        let line = |span: Span| (span.start().line, span.end().line);
        let ((first, _), (_, last)) = (line(signature.span()), line(body.span()));
        self.0.push(Function {
            name: signature.ident.to_string(),
            lines: last - first + 1,
            parameters: signature.inputs.len(),
        });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(body) = &function.default {
            self.note(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}
