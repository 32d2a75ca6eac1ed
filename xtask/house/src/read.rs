//! What is read from one source file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Visibility};

/// How many items are public, and how many of them have a docstring.
#[derive(Debug, Clone, Copy, Default)]
pub struct Items {
    pub public: usize,
    pub documented: usize,
}

/// One source file.
pub struct Read {
    pub path: PathBuf,
    /// Lines, empty ones and comments included.
    pub lines: usize,
    /// The lines of each function with a body, from its first to its last; tests included.
    pub functions: Vec<usize>,
    pub items: Items,
    /// Paths of this crate that are imported or named outside of tests, as their segments: `[crate, a, b]`, `[super, a]`.
    pub imports: BTreeSet<Vec<String>>,
}

impl Read {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or is not Rust.
    pub fn file(path: &Path) -> Result<Self, String> {
        let failed =
            |what: &str, error: &dyn std::fmt::Display| format!("{} {what}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| failed("cannot be read", &error))?;
        let parsed = syn::parse_file(&text).map_err(|error| failed("is not Rust", &error))?;
        let mut this = Self {
            path: path.to_owned(),
            lines: text.lines().count(),
            functions: Vec::new(),
            items: Items::default(),
            imports: BTreeSet::new(),
        };
        this.visit_file(&parsed);
        Ok(this)
    }

    /// Whether the file holds tests alone.
    pub fn is_test(&self) -> bool {
        let mut parts = self.path.components().filter_map(|part| part.as_os_str().to_str());
        parts.any(|part| matches!(part, "tests" | "benches")) || self.path.ends_with("tests.rs")
    }

    fn item(&mut self, visibility: &Visibility, attributes: &[Attribute]) {
        if matches!(visibility, Visibility::Public(_)) {
            self.items.public += 1;
            self.items.documented += usize::from(attributes.iter().any(|one| one.path().is_ident("doc")));
        }
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let (first, last) = (signature.fn_token.span.start(), block.brace_token.span.close().end());
        self.functions.push(last.line + 1 - first.line);
    }

    fn import(&mut self, tree: &syn::UseTree, mut path: Vec<String>) {
        match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.import(&part.tree, path);
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.import(tree, path.clone()));
            }
            syn::UseTree::Name(name) => {
                path.push(name.ident.to_string());
                self.named(path);
            }
            syn::UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                self.named(path);
            }
            syn::UseTree::Glob(_) => self.named(path),
        }
    }

    fn named(&mut self, path: Vec<String>) {
        if path.first().is_some_and(|first| first == "crate" || first == "super") {
            self.imports.insert(path);
        }
    }
}

fn of_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|one| {
        one.path().is_ident("cfg") && one.parse_args::<syn::Ident>().is_ok_and(|name| name == "test")
    })
}

impl<'f> Visit<'f> for Read {
    fn visit_item_mod(&mut self, item: &'f syn::ItemMod) {
        let mut inner = Self {
            path: self.path.clone(),
            lines: 0,
            functions: Vec::new(),
            items: Items::default(),
            imports: BTreeSet::new(),
        };
        visit::visit_item_mod(&mut inner, item);
        self.functions.append(&mut inner.functions);
        if !of_tests(&item.attrs) {
            self.items.public += inner.items.public;
            self.items.documented += inner.items.documented;
            // `super` is this file's module there.
            self.imports.extend(inner.imports.into_iter().filter_map(|mut path| {
                if path[0] == "super" {
                    path.remove(0);
                }
                path.first().is_some_and(|first| first == "crate" || first == "super").then_some(path)
            }));
        }
    }

    fn visit_item_use(&mut self, item: &'f syn::ItemUse) {
        self.import(&item.tree, Vec::new());
    }

    fn visit_path(&mut self, path: &'f syn::Path) {
        self.named(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_item_fn(&mut self, item: &'f syn::ItemFn) {
        self.item(&item.vis, &item.attrs);
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'f syn::ImplItemFn) {
        self.item(&item.vis, &item.attrs);
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_struct(&mut self, item: &'f syn::ItemStruct) {
        self.item(&item.vis, &item.attrs);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'f syn::ItemEnum) {
        self.item(&item.vis, &item.attrs);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_trait(&mut self, item: &'f syn::ItemTrait) {
        self.item(&item.vis, &item.attrs);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_const(&mut self, item: &'f syn::ItemConst) {
        self.item(&item.vis, &item.attrs);
        visit::visit_item_const(self, item);
    }

    fn visit_item_type(&mut self, item: &'f syn::ItemType) {
        self.item(&item.vis, &item.attrs);
        visit::visit_item_type(self, item);
    }

    fn visit_field(&mut self, field: &'f syn::Field) {
        // The fields of a tuple explain themselves by its name.
        if field.ident.is_some() {
            self.item(&field.vis, &field.attrs);
        }
        visit::visit_field(self, field);
    }
}
