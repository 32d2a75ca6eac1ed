//! What a run of faults found, as one HTML page that needs nothing else.

use yoe_model::Image;
use yoe_testbed::suite::{Outcome, Summary, TestResult};

use super::text::{escaped, seconds};

const STYLE: &str = "\
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem}table{border-collapse:collapse}td,th{padding:.2rem 1rem .2rem 0;vertical-align:top;text-align:left}\
tr.failed td:first-child{font-weight:bold}pre{white-space:pre-wrap;margin:0}";

/// The page of this many faults that were drawn from this seed.
pub fn faults_page(image: &Image, summary: &Summary, (count, seed): (u32, u64)) -> String {
    let title = escaped(&format!("Faults of {} {}", image.name, image.version));
    let command = escaped(&format!("yoe test {} --faults {count} --seed {seed}", image.name));
    let rows: String = summary.results.iter().map(row).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <h1>{title}</h1>\n<p>{summary}. After each fault all workloads had to become healthy again, and what had been written \
         to their volumes before had to be there.</p>\n<p>The same again: <code>{command}</code></p>\n\
         <table>\n<tr><th>verdict<th>test<th>took\n{rows}</table>\n</html>\n"
    )
}

fn row(result: &TestResult) -> String {
    let outcome = result.outcome.as_str();
    let why = match &result.outcome {
        Outcome::Passed => String::new(),
        Outcome::Failed(error) => error.to_string(),
        Outcome::Skipped { reason } => reason.clone(),
    };
    let why = if why.is_empty() { why } else { format!("<pre>{}</pre>", escaped(&why)) };
    let (name, took) = (escaped(&result.name), seconds(result.seconds));
    format!("<tr class=\"{outcome}\"><td>{outcome}<td>{name}{why}<td>{took}\n")
}

#[cfg(test)]
mod tests {
    use yoe_model::{Layout, Origin, RootFormat, RootSize, Size};

    use super::*;

    #[test]
    fn the_page_says_what_failed_and_how_to_see_it_again() {
        let layout = Layout::disk(Size(64 << 20), RootSize::Fit, RootFormat::Erofs);
        let image = Image::new("shop", layout, Origin::default());
        let result = |name: &str, outcome| TestResult {
            name: name.to_owned(),
            origin: None,
            outcome,
            stdout: String::new(),
            stderr: String::new(),
            seconds: 61.25,
        };
        let skipped = Outcome::Skipped { reason: "the <budget> is used up".to_owned() };
        let results =
            vec![result("fault 1: it loses its power", Outcome::Passed), result("fault 2", skipped)];
        let page = faults_page(&image, &Summary { results, ..Summary::default() }, (2, 7));
        for text in [
            "<code>yoe test shop --faults 2 --seed 7</code>",
            "1 passed, 0 failed, 1 skipped.",
            "<tr class=\"passed\"><td>passed<td>fault 1: it loses its power<td>61.2 s\n",
            "<td>fault 2<pre>the &lt;budget&gt; is used up</pre>",
        ] {
            assert!(page.contains(text), "{text:?} is not in {page}");
        }
    }
}
