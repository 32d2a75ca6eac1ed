//! A configuration against the rules.

use serde::Serialize;

use super::advice::notes;
use super::rule::{Group, Rule, Section as Place, Wish, rules};
use super::runtime::Runtime;
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
    /// Whether no required option is missing.
    pub passes: bool,
    /// The groups of rules.
    pub sections: Vec<Section>,
    /// What a reader of a configuration can miss.
    pub notes: Vec<String>,
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
    /// Without it something is missing that not everybody needs.
    Optional,
}

/// Checks `config`, of a kernel of `version`, against what all engines share and what each of `runtimes` needs.
pub fn check(config: &Config, version: KernelVersion, runtimes: &[Runtime]) -> Report {
    let mut asked: Vec<Runtime> =
        runtimes.iter().flat_map(|runtime| [Some(*runtime), runtime.base()]).flatten().collect();
    asked.sort();
    asked.dedup();
    let sections: Vec<_> = rules()
        .filter(|group| match group.section {
            Place::Engine(runtime) => asked.contains(&runtime),
            _ => true,
        })
        .map(|group| section(group, config, version))
        .collect();
    let missing = |outcome: &Outcome| outcome.is_missing() && outcome.required == Required::Required;
    let passes = !sections.iter().flat_map(|section| &section.options).any(missing);
    let mut runtimes = runtimes.to_vec();
    runtimes.sort();
    runtimes.dedup();
    Report { kernel_version: version, runtimes, passes, sections, notes: notes(config, version) }
}

fn section(group: &'static Group, config: &Config, version: KernelVersion) -> Section {
    let title = match group.section {
        Place::Necessary => "Generally Necessary".to_owned(),
        Place::Optional => "Optional Features".to_owned(),
        Place::Engine(runtime) => runtime.to_string(),
        Place::Network | Place::NetworkEncrypted | Place::Storage => {
            group.title.unwrap_or_default().to_owned()
        }
    };
    let options = group.rules.iter().map(|rule| outcome(rule, config, version)).collect();
    Section { title, source: group.source, advice: group.advice, options, place: group.section }
}

fn outcome(rule: &'static Rule, config: &Config, version: KernelVersion) -> Outcome {
    let replaced = rule.unless.is_some_and(|symbol| config.is_set(symbol));
    let verdict = match (config.value(rule.symbol), rule.wish) {
        _ if replaced || !rule.is_for(version) => Verdict::NotApplicable,
        (Value::Yes | Value::Module, Wish::BetterOff) => Verdict::Unwanted,
        (Value::Yes, _) => Verdict::Enabled,
        (Value::Module, _) => Verdict::Module,
        (_, Wish::BetterOff | Wish::Told) => Verdict::NotApplicable,
        _ => Verdict::Missing,
    };
    let required = if rule.wish == Wish::Required { Required::Required } else { Required::Optional };
    let module = rule.module.filter(|_| verdict == Verdict::Module);
    Outcome { symbol: rule.symbol, verdict, required, reason: rule.reason, module }
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
        self.missing(Required::Required)
    }

    /// The optional ones that are missing, each once, without those that are also required.
    pub fn missing_optional(&self) -> Vec<&Outcome> {
        let required = self.missing_required();
        let mut optional = self.missing(Required::Optional);
        optional.retain(|outcome| required.iter().all(|other| other.symbol != outcome.symbol));
        optional
    }

    fn missing(&self, required: Required) -> Vec<&Outcome> {
        let mut found: Vec<&Outcome> = Vec::new();
        for outcome in self.outcomes().filter(|outcome| outcome.is_missing() && outcome.required == required)
        {
            if found.iter().all(|other| other.symbol != outcome.symbol) {
                found.push(outcome);
            }
        }
        found
    }

    /// The required options built as modules whose module is not among those that `present` knows by name, with `_`
    /// for `-` as `lsmod` shows them.
    pub fn absent_modules(&self, present: impl Fn(&str) -> bool) -> Vec<&Outcome> {
        let absent = |outcome: &&Outcome| {
            outcome.required == Required::Required && outcome.module.is_some_and(|module| !present(module))
        };
        let mut found: Vec<&Outcome> = Vec::new();
        for outcome in self.outcomes().filter(absent) {
            if found.iter().all(|other| other.module != outcome.module) {
                found.push(outcome);
            }
        }
        found
    }

    /// The exit status of a check: 0 when nothing required is missing, else 1, as moby's script has it.
    pub fn exit_status(&self) -> u8 {
        u8::from(!self.passes)
    }
}
