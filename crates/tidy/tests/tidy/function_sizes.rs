//! A function has at most 70 lines; clippy asks for 60 where it looks.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::finding::Finding;
use crate::tree::{File, assert_clean};

const MAX_LINES: usize = 70;

struct Functions<'a> {
    file: &'a File,
    found: Vec<Finding>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let first = signature.span().start().line;
        let lines = block.span().end().line - first + 1;
        if lines > MAX_LINES {
            let advice =
                format!("`{}` has {lines} lines, the wall is {MAX_LINES}: cut it in two", signature.ident);
            self.found.push(Finding::new(&self.file.path, first, "function-size", advice));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        item.default.iter().for_each(|block| self.measure(&item.sig, block));
        visit::visit_trait_item_fn(self, item);
    }
}

fn check(file: &File) -> Vec<Finding> {
    let syntax = syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
    let mut functions = Functions { file, found: Vec::new() };
    functions.visit_file(&syntax);
    functions.found
}

#[test]
fn no_function_stands_over_the_wall() {
    assert_clean(check);
}

#[test]
fn seen_red_for_a_function_a_method_and_a_default_body() {
    let body = |lines: usize| format!("fn a() {{{}}}", "\n".repeat(lines - 1));
    for (before, after) in [("", ""), ("impl B {\n", "\n}"), ("trait B {\n", "\n}"), ("mod b {\n", "\n}")] {
        let file = |lines| File::new("a.rs", &format!("{before}{}{after}", body(lines)));
        assert_eq!(check(&file(70)), [], "{before}");
        assert_eq!(check(&file(71)).len(), 1, "{before}");
    }
}
