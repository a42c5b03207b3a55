//! A public type's name means one thing in the whole crate.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{Ident, ItemEnum, ItemStruct, ItemTrait, ItemType, Visibility};

use super::source::Source;

/// Names that may stand for several things, each with the reason.
pub const EXCEPTIONS: [(&str, &str); 0] = [];

pub fn types(sources: &[Source]) -> Vec<String> {
    let mut named: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_test()) {
        let mut types = Types::default();
        types.visit_file(&source.syntax);
        for name in types.0 {
            named.entry(name).or_default().push(&source.path);
        }
    }
    let several = named.into_iter().filter(|(name, paths)| {
        paths.len() > 1 && !EXCEPTIONS.iter().any(|(exception, _)| exception == name)
    });
    several.map(|(name, paths)| format!("{name}: {}", paths.join(", "))).collect()
}

#[derive(Default)]
struct Types(Vec<String>);

impl Types {
    fn note(&mut self, visibility: &Visibility, name: &Ident) {
        if !matches!(visibility, Visibility::Inherited) {
            self.0.push(name.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Types {
    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.note(&item.vis, &item.ident);
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        self.note(&item.vis, &item.ident);
    }

    fn visit_item_type(&mut self, item: &'ast ItemType) {
        self.note(&item.vis, &item.ident);
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.note(&item.vis, &item.ident);
        visit::visit_item_trait(self, item);
    }
}
