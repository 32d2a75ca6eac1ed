//! A report as people know it from moby's script, and as JSON.

use std::fmt::Write;

use super::broken::whom;
use super::check::{Conclusion, Outcome, Report, Required, Section, Verdict};
use super::rule::Section as Place;

/// The colours of moby's script.
const WHITE: &str = "37";
const GREEN: &str = "32";
const BLUE: &str = "34";
const BOLD: &str = "1";
const BOLD_RED: &str = "1;31";
const BOLD_BLACK: &str = "1;30";

impl Report {
    /// The report as text, in the shape of moby's script; with ANSI colours when `colour`.
    pub fn to_text(&self, colour: bool) -> String {
        let mut text = Painter { colour, out: String::new() };
        let mut last = None;
        for section in &self.sections {
            text.heading(section, last);
            last = Some(section.place);
            for outcome in &section.options {
                text.outcome(outcome, indent(section.place));
            }
            if let Some(advice) = section.advice.filter(|_| section.options.iter().any(Outcome::is_missing)) {
                let advice = text.paint(advice, BOLD_BLACK);
                text.line(&format!("    {advice}"));
            }
        }
        text.summary(self);
        text.out
    }

    /// The report as one JSON object.
    ///
    /// Keys: `kernel_version`, `for`, `passes`, `conclusion` (`passes`, `fails`, `undecided`), `sections` (each with
    /// `title`, `source`, `options`), `ways` (each with `way`, `missing`, `unnamed`; one of them must be whole), `notes`.
    /// An option has `symbol`, `verdict` (`enabled`, `module`, `missing`, `unnamed`, `unwanted`, `not-applicable`),
    /// `required` (`required`, `one-of`, `optional`), `reason`, when it is part of a way `way`, and when built as a module
    /// `module`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// How far the options of a section stand from the left.
fn indent(place: Place) -> usize {
    match place {
        Place::Necessary | Place::Optional | Place::PacketFilter | Place::Engine(_) => 0,
        Place::Network | Place::Storage => 4,
        Place::NetworkEncrypted => 6,
    }
}

struct Painter {
    colour: bool,
    out: String,
}

impl Painter {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[m") } else { text.to_owned() }
    }

    fn heading(&mut self, section: &Section, last: Option<Place>) {
        let place = section.place;
        let driver = |place| matches!(place, Some(Place::Network | Place::NetworkEncrypted));
        match place {
            Place::Necessary => self.line("Generally Necessary:"),
            Place::Optional if last == Some(Place::Optional) => {}
            Place::Optional => self.line("\nOptional Features:"),
            Place::Network if !driver(last) => self.line("- Network Drivers:"),
            Place::Storage if last != Some(Place::Storage) => self.line("- Storage Drivers:"),
            Place::Network | Place::NetworkEncrypted | Place::Storage => {}
            Place::PacketFilter => self.line(&format!("\n{} ({}):", section.title, section.source)),
            Place::Engine(runtime) => self.line(&format!("\n{runtime} ({}):", section.source)),
        }
        match place {
            Place::Network | Place::Storage => {
                let title = self.paint(&section.title, BLUE);
                self.line(&format!("  - \"{title}\":"));
            }
            Place::NetworkEncrypted => self.line(&format!("      {}:", section.title)),
            _ => {}
        }
    }

    fn outcome(&mut self, outcome: &Outcome, indent: usize) {
        let (name, state, words) = match outcome.verdict {
            Verdict::Enabled => (WHITE, GREEN, "enabled"),
            Verdict::Module => (WHITE, GREEN, "enabled (as module)"),
            Verdict::Missing => (BOLD, BOLD_RED, "missing"),
            Verdict::Unnamed => (BOLD, BOLD, "not named here"),
            Verdict::Unwanted => (BOLD, BOLD_RED, "enabled"),
            Verdict::NotApplicable => return,
        };
        let name = self.paint(&format!("CONFIG_{}", outcome.symbol), name);
        let state = self.paint(words, state);
        self.line(&format!("{:indent$}- {name}: {state}", ""));
        let explain = outcome.verdict == Verdict::Unwanted
            || (outcome.verdict == Verdict::Missing && outcome.required != Required::Optional);
        if explain {
            let reason = self.paint(&format!("({})", outcome.reason), BOLD_BLACK);
            self.line(&format!("{:indent$}    {reason}", ""));
        }
    }

    fn summary(&mut self, report: &Report) {
        self.line("");
        for note in &report.notes {
            self.line(&format!("Note: {note}"));
        }
        match report.conclusion {
            Conclusion::Passes => self.passes(report),
            Conclusion::Fails => self.fails(report),
            Conclusion::Undecided => self.undecided(report),
        }
    }

    fn passes(&mut self, report: &Report) {
        let whom = whom(&report.runtimes);
        let words = format!("Nothing required is missing for {whom} on {}.", report.kernel_version);
        let words = self.paint(&words, GREEN);
        self.line(&words);
        // Engines that call iptables carry on with one way; which program is on the device decides.
        let whole: Vec<_> = report.ways.iter().filter(|way| way.is_whole()).collect();
        if let [only] = whole[..] {
            self.line(&format!("Packets can be filtered by {} alone.", only.way.title()));
        }
    }

    fn fails(&mut self, report: &Report) {
        let missing = report.missing_required();
        let (whom, version) = (whom(&report.runtimes), report.kernel_version);
        if !missing.is_empty() {
            let count = missing.len();
            let options = if count == 1 { "option is" } else { "options are" };
            let head = format!("{count} required {options} missing for {whom} on {version}. Add:");
            let head = self.paint(&head, BOLD_RED);
            self.line(&head);
            self.options(missing.into_iter());
        }
        let ways = report.missing_ways();
        if ways.is_empty() {
            return;
        }
        let head = format!("{whom} on {version} can filter packets in no way. Add one of these sets:");
        let head = self.paint(&head, BOLD_RED);
        self.line(&head);
        for way in ways {
            self.line(&format!(" {}:", way.way.title()));
            self.options(way.missing.iter());
        }
    }

    fn options<'a>(&mut self, missing: impl Iterator<Item = &'a Outcome>) {
        for outcome in missing {
            // Writing to a string cannot fail.
            let _ = writeln!(self.out, "  CONFIG_{}=y", outcome.symbol);
        }
    }

    fn undecided(&mut self, report: &Report) {
        let unnamed = report.unnamed_required().len();
        let what = match unnamed {
            0 => "the options of one way to filter packets".to_owned(),
            1 => "1 required option".to_owned(),
            more => format!("{more} required options"),
        };
        let head = format!(
            "Undecided for {} on {}: the text does not name {what}.",
            whom(&report.runtimes),
            report.kernel_version
        );
        let head = self.paint(&head, BOLD);
        self.line(&head);
        self.line(
            "It is a defconfig or a fragment: what it leaves out has the default of the kernel's Kconfig files, on or off.",
        );
    }
}
