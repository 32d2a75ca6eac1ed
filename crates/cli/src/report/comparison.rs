//! Reports on several images, side by side.

use super::Report;
use super::text::{bytes, figure, tests};

/// A table with a line for each image, and below it how each was measured; each line but the last ends with a line break.
///
/// It has the figures that at least two images have: there is nothing to compare one with that only one has.
pub fn comparison(reports: &[Report]) -> String {
    let figures = shared_figures(reports);
    let fixed = ["image", "installed", "to ship", "smallest memory"].map(str::to_owned);
    let mut rows = vec![fixed.into_iter().chain(figures.iter().cloned()).collect::<Vec<_>>()];
    rows.extend(reports.iter().map(|report| row(report, &figures)));
    let mut lines = aligned(&rows);
    lines.push(String::new());
    lines.extend(reports.iter().map(|report| {
        let (accel, memory) = (report.accel.as_str(), bytes(report.memory.given));
        format!("{}: {accel}, with {memory} of memory; tests: {}", report.image, tests(&report.tests))
    }));
    lines.join("\n")
}

/// Names of figures that two images or more have, in the order in which they are found.
fn shared_figures(reports: &[Report]) -> Vec<String> {
    let has = |report: &Report, name: &str| report.figures.iter().any(|figure| figure.name == name);
    let mut names: Vec<String> = Vec::new();
    for figure in reports.iter().flat_map(|report| &report.figures) {
        let shared = reports.iter().filter(|report| has(report, &figure.name)).count() > 1;
        if shared && !names.contains(&figure.name) {
            names.push(figure.name.clone());
        }
    }
    names
}

fn row(report: &Report, figures: &[String]) -> Vec<String> {
    let absent = || "-".to_owned();
    let mut cells = vec![
        report.image.clone(),
        bytes(report.size.installed),
        bytes(report.size.shipped),
        report.memory.smallest.map_or_else(absent, bytes),
    ];
    cells.extend(
        figures
            .iter()
            .map(|name| report.figures.iter().find(|found| found.name == *name).map_or_else(absent, figure)),
    );
    cells
}

/// Lines with cells in columns: the first to the left, numbers to the right.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max())
        .map(Option::unwrap_or_default)
        .collect();
    let cell = |(column, (cell, &width)): (usize, (&String, &usize))| {
        if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
    };
    rows.iter()
        .map(|row| row.iter().zip(&widths).enumerate().map(cell).collect::<Vec<_>>().join("  "))
        .collect()
}
