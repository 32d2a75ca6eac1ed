//! A report as text for a terminal.

use super::text::{bytes, figure, seconds, share, tests};
use super::{Papers, Report, Sizes};

/// The report; each line but the last ends with a line break.
pub fn table(report: &Report) -> String {
    let Report { image, version, machine, arch, memory, .. } = report;
    let packages: u64 = report.packages.iter().map(|package| package.bytes).sum();
    let mut lines = vec![format!("{image} {version} for {machine} ({arch})")];
    section(&mut lines, "size", &sizes(&report.size));
    let rows = report.packages.iter().map(|package| {
        let note = format!("{:>6}  {}", share(package.bytes, packages), package.version);
        (package.name.clone(), bytes(package.bytes), note)
    });
    section(&mut lines, "packages, installed", &rows.collect::<Vec<_>>());
    let rows = report.boot.iter().map(|moment| (moment.name.clone(), seconds(moment.seconds), String::new()));
    section(
        &mut lines,
        &format!("first boot, {}, since power-on", report.accel.as_str()),
        &rows.collect::<Vec<_>>(),
    );
    let rows = report.later_figures().map(|it| (it.name.clone(), figure(it), with_memory(it.memory)));
    let mut rows: Vec<_> = rows.collect();
    if let (Some(smallest), Some(test)) = (memory.smallest, &memory.smallest_test) {
        rows.push(("smallest memory".into(), bytes(smallest), format!("in which this passed: {test}")));
    }
    section(
        &mut lines,
        &format!("measured, {}, with {} of memory", report.accel.as_str(), bytes(memory.given)),
        &rows,
    );
    report.papers.iter().for_each(|papers| paper_sections(&mut lines, papers));
    lines.extend([String::new(), format!("tests: {}", tests(&report.tests))]);
    lines.extend(report.tests.failed_names.iter().map(|name| format!("  failed: {name}")));
    lines.join("\n")
}

fn paper_sections(lines: &mut Vec<String>, papers: &Papers) {
    section(lines, "made of", &papers.components());
    section(lines, "licences, by components", &papers.licenses());
    if let Some(holes) = &papers.holes {
        section(lines, "known holes that are open", &holes.rows());
        lines.extend([String::new(), format!("known holes: {}", holes.summary())]);
    }
}

fn with_memory(memory: Option<u64>) -> String {
    memory.map(|memory| format!("with {} of memory", bytes(memory))).unwrap_or_default()
}

fn sizes(size: &Sizes) -> Vec<(String, String, String)> {
    let budget = size.budget.map(|budget| format!("of a budget of {}", bytes(budget))).unwrap_or_default();
    [
        ("root, installed", size.installed, budget.as_str()),
        ("root, compressed", size.root, ""),
        ("kernel image", size.kernel, ""),
        ("to ship", size.shipped, "root and kernel image"),
        ("disk image", size.disk, "most of it may be empty"),
    ]
    .map(|(name, count, note)| (name.to_owned(), bytes(count), note.to_owned()))
    .into()
}

/// Rows of a name, a number and a note, in columns.
fn section(lines: &mut Vec<String>, title: &str, rows: &[(String, String, String)]) {
    if rows.is_empty() {
        return;
    }
    let width = |column: fn(&(String, String, String)) -> &String| {
        rows.iter().map(|row| column(row).chars().count()).max().unwrap_or_default()
    };
    let (names, numbers) = (width(|row| &row.0), width(|row| &row.1));
    lines.extend([String::new(), title.to_owned()]);
    for (name, number, note) in rows {
        lines.push(format!("  {name:<names$}  {number:>numbers$}  {note}").trim_end().to_owned());
    }
}
