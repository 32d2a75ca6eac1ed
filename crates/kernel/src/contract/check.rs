//! A configuration against the rules.

use serde::Serialize;

use super::advice::notes;
use super::rule::{Group, Part, Rule, Section as Place, Way, Wish};
use super::runtime::Runtime;
use super::tables::rules;
use crate::KernelVersion;
use crate::config::{Config, Value};

/// What a check found. Its text and JSON forms are in `report.rs`.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The kernel's version that the rules were taken for.
    pub kernel_version: KernelVersion,
    /// The engines asked for.
    #[serde(rename = "for")]
    pub runtimes: Vec<Runtime>,
    /// Whether all that is required is there.
    pub passes: bool,
    /// What follows from it.
    pub conclusion: Conclusion,
    /// The groups of rules.
    pub sections: Vec<Section>,
    /// The ways to filter packets, of which one must be whole; empty when no engine asks for one.
    pub ways: Vec<WayOutcome>,
    /// What a reader of a configuration can miss.
    pub notes: Vec<String>,
}

/// What a check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// All that is required is there.
    Passes,
    /// Something required is not there.
    Fails,
    /// The configuration is not whole, and something required is not named in it.
    Undecided,
}

/// One group of a report.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// The heading: `Generally Necessary`, `overlay`, `containerd`, …
    pub title: String,
    /// Where its rules come from.
    pub source: &'static str,
    /// What to do when one of them is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
    /// Each rule's outcome.
    pub options: Vec<Outcome>,
    #[serde(skip)]
    pub(super) place: Place,
}

/// One rule's outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The symbol, without `CONFIG_`.
    pub symbol: &'static str,
    /// Whether it is there.
    pub verdict: Verdict,
    /// Whether it must be.
    pub required: Required,
    /// The way to filter packets that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub way: Option<Way>,
    /// What it is for.
    pub reason: &'static str,
    /// The module that has to be loaded, when it is built as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<&'static str>,
}

/// Whether an option is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// `y`
    Enabled,
    /// `m`
    Module,
    /// Neither.
    Missing,
    /// Not named, in a configuration that does not name everything.
    Unnamed,
    /// On, and better off.
    Unwanted,
    /// The rule is not for this kernel.
    NotApplicable,
}

/// Whether an option must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Required {
    /// Without it the check fails.
    Required,
    /// Part of one of several sets, of which one must be whole.
    OneOf,
    /// Without it something is missing that not everybody needs.
    Optional,
}

/// How far a way is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WayOutcome {
    /// Which one.
    pub way: Way,
    /// What of it is missing.
    pub missing: Vec<Outcome>,
    /// What of it a configuration that is not whole does not name.
    pub unnamed: Vec<Outcome>,
}

impl WayOutcome {
    /// Whether all of it is there.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.unnamed.is_empty()
    }
}

/// Checks `config`, the whole configuration of a kernel of `version`, against what all engines share and what each of
/// `runtimes` needs.
pub fn check(config: &Config, version: KernelVersion, runtimes: &[Runtime]) -> Report {
    report(&Question { config, version, whole: true, asked: asked(runtimes) }, runtimes)
}

/// The same for a defconfig or a fragment. What it does not name is [`Verdict::Unnamed`]: nothing follows from that.
pub fn check_part(config: &Config, version: KernelVersion, runtimes: &[Runtime]) -> Report {
    report(&Question { config, version, whole: false, asked: asked(runtimes) }, runtimes)
}

/// What is asked.
struct Question<'a> {
    config: &'a Config,
    version: KernelVersion,
    whole: bool,
    /// The engines, with those that they stand on.
    asked: Vec<Runtime>,
}

fn asked(runtimes: &[Runtime]) -> Vec<Runtime> {
    let mut asked: Vec<Runtime> =
        runtimes.iter().flat_map(|runtime| [Some(*runtime), runtime.base()]).flatten().collect();
    asked.sort();
    asked.dedup();
    asked
}

fn report(question: &Question<'_>, runtimes: &[Runtime]) -> Report {
    let iptables = question.asked.iter().any(|runtime| runtime.calls_iptables());
    let sections: Vec<_> = rules()
        .filter(|group| match group.section {
            Place::Engine(runtime) => question.asked.contains(&runtime),
            Place::PacketFilter => iptables,
            _ => true,
        })
        .map(|group| section(group, question))
        .collect();
    let ways = if iptables { ways(&sections) } else { Vec::new() };
    let conclusion = conclusion(&sections, &ways);
    let mut runtimes = runtimes.to_vec();
    runtimes.sort();
    runtimes.dedup();
    let notes = notes(question.config, question.version, iptables || question.asked.is_empty());
    let passes = conclusion == Conclusion::Passes;
    Report { kernel_version: question.version, runtimes, passes, conclusion, sections, ways, notes }
}

/// The ways as these sections have them.
fn ways(sections: &[Section]) -> Vec<WayOutcome> {
    let of = |way| {
        let of_it =
            || sections.iter().flat_map(|section| &section.options).filter(move |one| one.way == Some(way));
        let with = |verdict| of_it().filter(|one| one.verdict == verdict).cloned().collect();
        WayOutcome { way, missing: with(Verdict::Missing), unnamed: with(Verdict::Unnamed) }
    };
    Way::ALL.map(of).into()
}

/// Who asks, as far as these engines go: whether one of them calls iptables. When none is named, all of it is required,
/// as moby's script has it.
fn required(part: Part, asked: &[Runtime]) -> Required {
    let iptables = asked.iter().any(|runtime| runtime.calls_iptables());
    match part {
        _ if asked.is_empty() => Required::Required,
        Part::All => Required::Required,
        Part::Iptables if iptables => Required::Required,
        Part::OneWay(_) if iptables => Required::OneOf,
        Part::Iptables | Part::OneWay(_) => Required::Optional,
    }
}

fn conclusion(sections: &[Section], ways: &[WayOutcome]) -> Conclusion {
    let required = |verdict| {
        let mut all = sections.iter().flat_map(|section| &section.options);
        all.any(|one| one.required == Required::Required && one.verdict == verdict)
    };
    let no_way = !ways.is_empty() && ways.iter().all(|way| !way.missing.is_empty());
    let some_way = ways.is_empty() || ways.iter().any(WayOutcome::is_whole);
    if required(Verdict::Missing) || no_way {
        Conclusion::Fails
    } else if required(Verdict::Unnamed) || !some_way {
        Conclusion::Undecided
    } else {
        Conclusion::Passes
    }
}

fn section(group: &'static Group, question: &Question<'_>) -> Section {
    let title = match group.section {
        Place::Necessary => "Generally Necessary".to_owned(),
        Place::Optional => "Optional Features".to_owned(),
        Place::Engine(runtime) => runtime.to_string(),
        Place::Network | Place::NetworkEncrypted | Place::Storage | Place::PacketFilter => {
            group.title.unwrap_or_default().to_owned()
        }
    };
    let options = group.rules.iter().map(|rule| outcome(rule, question)).collect();
    Section { title, source: group.source, advice: group.advice, options, place: group.section }
}

fn outcome(rule: &'static Rule, question: &Question<'_>) -> Outcome {
    let config = question.config;
    let replaced = rule.unless.is_some_and(|symbol| config.is_set(symbol));
    let unnamed = !question.whole && config.get(rule.symbol).is_none();
    let verdict = match (config.value(rule.symbol), rule.wish) {
        _ if replaced || !rule.is_for(question.version) => Verdict::NotApplicable,
        (Value::Yes | Value::Module, Wish::BetterOff) => Verdict::Unwanted,
        (Value::Yes, _) => Verdict::Enabled,
        (Value::Module, _) => Verdict::Module,
        (_, Wish::BetterOff | Wish::Noted) => Verdict::NotApplicable,
        _ if unnamed => Verdict::Unnamed,
        _ => Verdict::Missing,
    };
    let required = match rule.wish {
        Wish::Required => required(rule.part, &question.asked),
        _ => Required::Optional,
    };
    let way = match rule.part {
        Part::OneWay(way) => Some(way),
        Part::All | Part::Iptables => None,
    };
    let module = rule.module.filter(|_| verdict == Verdict::Module);
    Outcome { symbol: rule.symbol, verdict, required, way, reason: rule.reason, module }
}

impl Outcome {
    /// Whether the option is asked for and not there.
    pub fn is_missing(&self) -> bool {
        self.verdict == Verdict::Missing
    }
}

impl Report {
    /// Every outcome, in the order of the report.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.sections.iter().flat_map(|section| &section.options)
    }

    /// The required options that are missing, each once. The check fails when there is one.
    pub fn missing_required(&self) -> Vec<&Outcome> {
        self.with(Verdict::Missing, Required::Required)
    }

    /// The ways to filter packets when none of them can be whole; empty otherwise.
    pub fn missing_ways(&self) -> &[WayOutcome] {
        let none = self.ways.iter().all(|way| !way.missing.is_empty());
        if none { &self.ways } else { &[] }
    }

    /// The required options that a configuration which is not whole does not name, each once.
    pub fn unnamed_required(&self) -> Vec<&Outcome> {
        self.with(Verdict::Unnamed, Required::Required)
    }

    /// The optional ones that are missing, each once, without those that are also required.
    pub fn missing_optional(&self) -> Vec<&Outcome> {
        let required = self.missing_required();
        let mut optional = self.with(Verdict::Missing, Required::Optional);
        optional.retain(|outcome| required.iter().all(|other| other.symbol != outcome.symbol));
        optional
    }

    fn with(&self, verdict: Verdict, required: Required) -> Vec<&Outcome> {
        let mut found: Vec<&Outcome> = Vec::new();
        for outcome in self.outcomes().filter(|one| one.verdict == verdict && one.required == required) {
            if found.iter().all(|other| other.symbol != outcome.symbol) {
                found.push(outcome);
            }
        }
        found
    }

    /// The required options built as modules whose module is not among those that `present` knows by name, with `_`
    /// for `-` as `lsmod` shows them. Of several ways to filter packets one whose modules are all there is enough.
    pub fn absent_modules(&self, present: impl Fn(&str) -> bool) -> Vec<&Outcome> {
        let absent = |outcome: &&Outcome| outcome.module.is_some_and(|module| !present(module));
        let required = self.outcomes().filter(|one| one.required == Required::Required).filter(absent);
        let whole = self.ways.iter().filter(|way| way.is_whole());
        let of_ways = whole.map(|whole| {
            let of_it = self.outcomes().filter(|one| one.way == Some(whole.way));
            of_it.filter(absent).collect::<Vec<_>>()
        });
        let best = of_ways.min_by_key(Vec::len).unwrap_or_default();
        let mut found: Vec<&Outcome> = Vec::new();
        for outcome in required.chain(best) {
            if found.iter().all(|other| other.module != outcome.module) {
                found.push(outcome);
            }
        }
        found
    }
}
