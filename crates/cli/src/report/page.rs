//! A report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.

use super::text::{bytes, escaped, figure, share, tests};
use super::{Papers, Report, boot_chart, treemap};

/// For paper and for screens of any width, light or dark. A label that has no room in its box is left out.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--bar:#2f5d8a}\
@media(prefers-color-scheme:dark){:root{--ink:#e3e6ea;--paper:#14171a;--bar:#6d9dd1}}\
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:960px;margin:2rem auto;\
padding:0 1rem}\
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin-top:2rem}p,li{overflow-wrap:anywhere}\
table{border-collapse:collapse}td{padding:.15rem 1rem .15rem 0;vertical-align:top;overflow-wrap:anywhere}\
td:first-child{min-width:6rem}td.number{text-align:right;white-space:nowrap}.number{font-variant-numeric:tabular-nums}\
.map{position:relative;overflow:hidden;height:420px;margin:.5rem 0 1rem}\
.map div{position:absolute;box-sizing:border-box;border:1px solid var(--paper);container-type:size;\
color:#fff;font-size:12px;line-height:1.2;print-color-adjust:exact}\
.map span{display:block;padding:2px 5px 0;overflow:hidden;white-space:nowrap;text-overflow:ellipsis}\
@container(max-width:55px) or (max-height:33px){.map span{display:none}}\
.boot{display:grid;grid-template-columns:max-content 1fr max-content max-content;gap:.4rem 1rem;align-items:center}\
.boot i{display:block;height:1rem;min-width:1px;background:var(--bar);print-color-adjust:exact}\
.boot .number{text-align:right}\
@media(max-width:30rem){body{margin:1rem auto}.boot{grid-template-columns:minmax(0,1fr) max-content max-content;\
grid-auto-flow:row dense;gap:.2rem .7rem}.boot>:nth-child(4n+2){grid-column:1/-1}.boot i{height:.5rem}.boot{overflow-wrap:anywhere}\
td{padding-right:.6rem}}";

/// The page.
pub fn page(report: &Report) -> String {
    let title = escaped(&format!("{} {}", report.image, report.version));
    let machine = escaped(&format!("For {} ({}).", report.machine, report.arch));
    let memory = bytes(report.memory.given);
    let accel = report.accel.as_str();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <h1>{title}</h1>\n<p>{machine} Tests: {}.</p>\n{}\
         <h2>Size</h2>\n{}<h2>Packages</h2>\n{}{}<p>Files below /boot are counted here; they are in the kernel image, not in the root.</p>\n\
         {}<h2>First boot</h2>\n{}<h2>Measured</h2>\n<p>Run {accel}, with {memory} of memory unless it says otherwise.</p>\n{}</html>\n",
        tests(&report.tests),
        failed(report),
        sizes(report),
        treemap::html(&report.packages),
        packages(report),
        report.papers.as_ref().map(papers).unwrap_or_default(),
        boot_chart::html(&report.boot),
        figures(report),
    )
}

/// What it is made of, under which licences, and which holes are open.
fn papers(papers: &Papers) -> String {
    let holes = papers.holes.as_ref().map(|holes| {
        let table = if holes.open.is_empty() { String::new() } else { rows_of(holes.rows()) };
        format!("<h2>Known holes</h2>\n<p>{}</p>\n{table}", escaped(&holes.summary()))
    });
    let gaps: String = papers.not_known.iter().map(|gap| format!("<li>{}\n", escaped(gap))).collect();
    let gaps = if gaps.is_empty() { gaps } else { format!("<p>Not known:</p>\n<ul>\n{gaps}</ul>\n") };
    format!(
        "{}<h2>Made of</h2>\n{}{gaps}<h2>Licences</h2>\n<p>How many components need each; a choice counts as a whole.</p>\n{}",
        holes.unwrap_or_default(),
        rows_of(papers.components()),
        rows_of(papers.licenses()),
    )
}

/// Names of the tests that failed.
fn failed(report: &Report) -> String {
    let names = &report.tests.failed_names;
    if names.is_empty() {
        return String::new();
    }
    let names: String = names.iter().map(|name| format!("<li>{}\n", escaped(name))).collect();
    format!("<p>Failed:</p>\n<ul>\n{names}</ul>\n")
}

fn sizes(report: &Report) -> String {
    let size = &report.size;
    let budget = size.budget.map(|budget| format!("budget {}", bytes(budget))).unwrap_or_default();
    let rows = [
        ("Root, installed", bytes(size.installed), budget),
        ("Root, compressed", bytes(size.root), String::new()),
        ("Kernel image", bytes(size.kernel), String::new()),
        ("To ship", bytes(size.shipped), "root and kernel image".to_owned()),
        ("Disk image", bytes(size.disk), "most of it may be empty".to_owned()),
    ];
    rows_of(rows.map(|(name, number, note)| (name.to_owned(), number, note)))
}

fn packages(report: &Report) -> String {
    let whole = report.packages.iter().map(|package| package.bytes).sum();
    rows_of(report.packages.iter().map(|package| {
        let note = format!("{}, {}", share(package.bytes, whole), package.version);
        (package.name.clone(), bytes(package.bytes), note)
    }))
}

fn figures(report: &Report) -> String {
    let memory = &report.memory;
    let smallest = memory.smallest.zip(memory.smallest_test.as_ref()).map(|(smallest, test)| {
        ("smallest memory".to_owned(), bytes(smallest), format!("in which this passed: {test}"))
    });
    let measured = report.later_figures().map(|it| {
        let note = it.memory.map(|memory| format!("with {} of memory", bytes(memory))).unwrap_or_default();
        (it.name.clone(), figure(it), note)
    });
    rows_of(measured.chain(smallest))
}

/// Rows of a name, a number and a note.
fn rows_of(rows: impl IntoIterator<Item = (String, String, String)>) -> String {
    let row = |(name, number, note): (String, String, String)| {
        format!("<tr><td>{}<td class=\"number\">{}<td>{}\n", escaped(&name), escaped(&number), escaped(&note))
    };
    format!("<table>\n{}</table>\n", rows.into_iter().map(row).collect::<String>())
}
