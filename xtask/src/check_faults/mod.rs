//! Holds docs/reference/faults.md against the tests: a row that names a test which is not there says what nobody shows.

use std::path::Path;

/// The table of faults.
const TABLE: &str = "docs/reference/faults.md";

/// Every row of the table that names no test, or one that is not there.
pub fn check(root: &Path) -> Result<String, String> {
    let read = |path: &str| {
        std::fs::read_to_string(root.join(path)).map_err(|error| format!("{path} cannot be read: {error}"))
    };
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (number, row) in rows(&read(TABLE)?) {
        let named = tests(&row);
        if named.is_empty() {
            wrong.push(format!("{TABLE}:{number}: the row names no test; expected `path/to/file.rs::name`"));
        }
        for (file, test) in named {
            count += 1;
            match read(&file) {
                Ok(text) if has(&file, &text, &test) => {}
                Ok(_) => wrong.push(format!("{TABLE}:{number}: {file} has no test {test:?}")),
                Err(problem) => wrong.push(format!("{TABLE}:{number}: {problem}")),
            }
        }
    }
    if wrong.is_empty() {
        Ok(format!("check-faults: {count} tests, all there"))
    } else {
        Err(wrong.join("\n"))
    }
}

/// The rows of all tables without their headings, with the numbers of their lines.
fn rows(text: &str) -> Vec<(usize, String)> {
    let mut rows = Vec::new();
    let mut in_body = false;
    for (number, line) in (1..).zip(text.lines()) {
        match line.strip_prefix('|') {
            None => in_body = false,
            Some(line) if line.starts_with("---") => in_body = true,
            Some(line) if in_body => rows.push((number, line.to_owned())),
            Some(_) => {}
        }
    }
    rows
}

/// What a row names between backticks as `file::test`.
fn tests(row: &str) -> Vec<(String, String)> {
    let between = row.split('`').skip(1).step_by(2);
    between.filter_map(|text| text.split_once("::")).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// Whether a file holds this test: a function in Rust, a `test("…")` in Starlark. Where tests have a runner of their own, they are
/// listed in a `tests![…]`.
fn has(file: &str, text: &str, test: &str) -> bool {
    if file.ends_with(".star") {
        return text.contains(&format!("test(\"{test}\""));
    }
    let start = format!("fn {test}(");
    let mut before = "";
    for line in text.lines() {
        if line.trim_start().starts_with(&start) {
            // proptest! takes arguments, so its tests do not end with "() {" either.
            return before.trim() == "#[test]" || is_listed(text, test);
        }
        before = line;
    }
    false
}

fn is_listed(text: &str, test: &str) -> bool {
    let Some((_, rest)) = text.split_once("tests![") else { return false };
    let list = rest.split_once("];").map_or(rest, |(list, _)| list);
    list.split(',').any(|name| name.trim() == test)
}

#[cfg(test)]
mod tests;
