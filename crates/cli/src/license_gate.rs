//! What is demanded of licences: always that units say what they link in and that texts are those that somebody read, and more than that
//! by `license_policy(…)`.

use std::collections::BTreeSet;

use yoe_model::LicensePolicy;
use yoe_supply::licenses::{self, Row};

use crate::error::{CommandError, Kind};
use crate::papers::{self, Papers};
use crate::ui;

/// Something that does not hold: a sentence, what it is about, and what to do.
struct Wrong {
    what: String,
    items: Vec<String>,
    hint: &'static str,
}

/// Checks a target that was built against the policy of its definition.
///
/// # Errors
/// When something does not hold; the message lists it.
pub fn hold(machine: Option<&str>, target: &str) -> Result<(), CommandError> {
    let papers = papers::of_target(machine, Some(target))?;
    verdict(&papers, &licenses::rows(&papers.inventory, &papers.texts), &[])?;
    ui::note(&format!("{target}: its licences are as its license_policy(…) demands"));
    Ok(())
}

/// What becomes of a target, by its papers and by what the command line denies.
///
/// # Errors
/// As [`hold`].
pub fn verdict(papers: &Papers, rows: &[Row], denied: &[String]) -> Result<(), CommandError> {
    let of_policy = papers.policy.iter().flat_map(|LicensePolicy { deny }| deny);
    let all: Vec<String> = of_policy.chain(denied).cloned().collect();
    let checked = licenses::check(&papers.inventory, &all);
    let denials =
        checked.denied.iter().map(|denial| format!("{}: {}", denial.component, denial.license)).collect();
    let unknown = checked.unknown.iter().chain(&papers.inventory.gaps).cloned().collect::<Vec<_>>();
    let mut wrong = vec![
        Wrong {
            what: "parts need a licence that is denied".to_owned(),
            items: denials,
            hint: "leave them out, or change the policy",
        },
        not_named(rows),
        changed(papers),
    ];
    if papers.policy.is_some() {
        wrong.extend(demanded(rows, unknown.clone()));
    }
    wrong.retain(|wrong| !wrong.items.is_empty());
    if !wrong.is_empty() {
        return Err(error(&wrong));
    }
    if denied.is_empty() || unknown.is_empty() {
        return Ok(());
    }
    let message =
        format!("nothing that is known is denied, but the licences of {} parts are not known", unknown.len());
    Err(CommandError::new(Kind::Undecided, message).hint("the table names them"))
}

fn error(wrong: &[Wrong]) -> CommandError {
    let text = |wrong: &Wrong| {
        let items: String = wrong.items.iter().map(|item| format!("\n  {item}")).collect();
        format!("{} {}:{items}", wrong.items.len(), wrong.what)
    };
    let message = wrong.iter().map(text).collect::<Vec<_>>().join("\n");
    wrong.iter().fold(CommandError::config(message), |error, wrong| error.hint(wrong.hint))
}

/// What a policy asks for beyond what is always asked for.
fn demanded(rows: &[Row], unknown: Vec<String>) -> [Wrong; 2] {
    let without: BTreeSet<&String> = rows.iter().flat_map(|row| &row.without_text).collect();
    [
        Wrong {
            what: "licences are not known".to_owned(),
            items: unknown,
            hint: "unit(licenses = …), container(licenses = …) or crate authors say them",
        },
        Wrong {
            what: "parts have no text of their licence".to_owned(),
            items: without.into_iter().cloned().collect(),
            hint: "put the text into the unit's directory as LICENSE, or name it by license_files = …",
        },
    ]
}

/// Units that say less than what they link in, each with what it has to say.
fn not_named(rows: &[Row]) -> Wrong {
    let item = |row: &Row| {
        let said = row.linked_license.iter().flat_map(|text| licenses::terms(text));
        let all: BTreeSet<String> = said.chain(row.not_named.iter().cloned()).collect();
        let all = all.into_iter().collect::<Vec<_>>().join(" AND ");
        format!("{}: linked_license = {all:?}", row.package)
    };
    Wrong {
        what: "units do not name all licences of what they link in".to_owned(),
        items: rows.iter().filter(|row| !row.not_named.is_empty()).map(item).collect(),
        hint: "write into each unit what its line says; of a choice, what you choose is enough",
    }
}

/// Texts that are not those that their units name.
fn changed(papers: &Papers) -> Wrong {
    let item = |changed: &licenses::Changed| {
        let found = changed.found.as_deref().unwrap_or("no such file");
        format!(
            "unit {}: {} of {}: expected {}, found {found}",
            changed.unit, changed.file, changed.component, changed.expected
        )
    };
    Wrong {
        what: "texts are not those that their units name".to_owned(),
        items: papers.texts.changed().iter().map(item).collect(),
        hint: "read what changed; then license_files = … of the unit takes the digest that was found",
    }
}
