//! Rust as a flat list of tokens: comments and strings cannot trip a rule, and code inside macros is seen too.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tree::File;

/// A word or a sign; `::` is one token, brackets are tokens.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
    pub(crate) in_test: bool,
}

/// # Panics
/// When the file is not Rust.
pub(crate) fn tokens(file: &File) -> Vec<Token> {
    let stream = file.text.parse::<TokenStream>().unwrap_or_else(|error| panic!("{}: {error}", file.path));
    let mut found = Vec::new();
    flatten(stream, file.is_test, &mut found);
    found
}

/// Where `pattern` begins: tokens apart by spaces, as in `Utc :: now`; `!x` stands for any token but `x`.
pub(crate) fn find<'a>(tokens: &'a [Token], pattern: &str) -> Vec<&'a Token> {
    let words = pattern.split(' ').collect::<Vec<_>>();
    let fits = |(token, word): (&Token, &&str)| match word.strip_prefix('!') {
        Some(other) if !other.is_empty() => token.text != other,
        _ => token.text == *word,
    };
    let same = |window: &&[Token]| window.iter().zip(&words).all(fits);
    tokens.windows(words.len()).filter(same).filter_map(<[Token]>::first).collect()
}

/// The paths, without `.rs`, of the modules that this file declares for its tests only.
pub(crate) fn test_modules(file: &File) -> Vec<String> {
    let stem = file.path.strip_suffix(".rs").unwrap_or(&file.path);
    let parent = stem.rsplit_once('/').map_or("", |(parent, _)| parent);
    let folder = if stem.ends_with("/lib") || stem.ends_with("/main") { parent } else { stem };
    let tokens = tokens(file);
    let declared = tokens.windows(3).filter(|it| it[0].text == "mod" && it[2].text == ";" && it[1].in_test);
    declared.map(|it| format!("{folder}/{}", it[1].text)).collect()
}

fn flatten(stream: TokenStream, in_test: bool, found: &mut Vec<Token>) {
    let mut marked = false;
    for tree in stream {
        let in_test = in_test || marked;
        match tree {
            TokenTree::Group(group) => {
                let is_attribute = found.last().is_some_and(|token| token.text == "#");
                let (open, close) = delimiters(group.delimiter());
                found.push(Token { text: open.to_owned(), line: group.span_open().start().line, in_test });
                flatten(group.stream(), in_test, found);
                found.push(Token { text: close.to_owned(), line: group.span_close().start().line, in_test });
                marked |= is_attribute && marks_a_test(&group.stream());
                marked &= group.delimiter() != Delimiter::Brace;
            }
            TokenTree::Punct(sign)
                if sign.as_char() == ':' && found.last().is_some_and(|it| it.text == ":") =>
            {
                found.last_mut().expect("just seen").text.push(':');
            }
            word @ (TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Punct(_)) => {
                let (text, line) = (word.to_string(), word.span().start().line);
                marked &= text != ";";
                found.push(Token { text, line, in_test });
            }
        }
    }
}

fn delimiters(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

fn marks_a_test(attribute: &TokenStream) -> bool {
    let text = attribute.to_string().replace(' ', "");
    let name = text.split('(').next().unwrap_or_default();
    name == "test" || name.ends_with("::test") || text == "cfg(test)" || text.starts_with("cfg(all(test")
}

#[test]
fn tests_are_told_from_code_and_macros_are_seen_through() {
    let text = "fn a() { b!(x.y()) }\n#[cfg(test)]\nmod t { fn c() { x.y() } }\nfn d() { x.y() }\n#[tokio::test] async fn e() { x.y() }";
    let tokens = tokens(&File::new("crates/a/src/lib.rs", text));
    let seen = find(&tokens, "x . y (").iter().map(|it| (it.line, it.in_test)).collect::<Vec<_>>();
    assert_eq!(seen, [(1, false), (3, true), (4, false), (5, true)]);
}

#[test]
fn a_module_declared_for_tests_is_a_test() {
    let file = File::new("crates/a/src/b.rs", "mod real;\n#[cfg(test)]\nmod oracle;\nmod more;");
    assert_eq!(test_modules(&file), ["crates/a/src/b/oracle"]);
}
