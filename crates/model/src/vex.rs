//! What the author of a unit says of a known hole in it (VEX: vulnerability exploitability exchange).

use crate::Origin;

/// A statement about a hole and a component of a unit. Like its home page, it is for papers and enters no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vex {
    /// A name of the hole: of an advisory, or another name that the advisory has.
    pub id: String,
    /// The component that it is about; what the unit is made from when absent.
    pub component: Option<String>,
    /// The version of the component that was looked at: of another one nothing is known.
    pub version: String,
    /// What was found.
    pub judgement: Judgement,
    /// Where it was written.
    pub origin: Origin,
}

/// What was found about a hole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judgement {
    /// Whether the hole matters.
    pub status: VexStatus,
    /// Why it does not; of [`VexStatus::NotAffected`] and of no other.
    pub justification: Option<Justification>,
    /// More about it: of an affected component, what to do. May be empty.
    pub note: String,
}

/// Whether a hole matters, in the words of OpenVEX 0.2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VexStatus {
    /// It does not.
    NotAffected,
    /// It does.
    Affected,
    /// It is not there any more.
    Fixed,
    /// That is not known yet.
    UnderInvestigation,
}

/// Why a hole does not matter, in the words of OpenVEX 0.2.0 and of CSAF 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Justification {
    /// The component is not in the product.
    ComponentNotPresent,
    /// The component is there without the code that has the hole.
    CodeNotPresent,
    /// The code is there and never runs.
    CodeNotInExecutePath,
    /// The code runs, and nobody who attacks can make it do what the hole needs.
    CodeNotControlled,
    /// What is built around it keeps the hole from being used.
    Mitigated,
}

impl VexStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NotAffected, Self::Affected, Self::Fixed, Self::UnderInvestigation];

    /// As OpenVEX writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            VexStatus::NotAffected => "not_affected",
            VexStatus::Affected => "affected",
            VexStatus::Fixed => "fixed",
            VexStatus::UnderInvestigation => "under_investigation",
        }
    }
}

impl Justification {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ComponentNotPresent,
        Self::CodeNotPresent,
        Self::CodeNotInExecutePath,
        Self::CodeNotControlled,
        Self::Mitigated,
    ];

    /// As OpenVEX and CSAF write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Justification::ComponentNotPresent => "component_not_present",
            Justification::CodeNotPresent => "vulnerable_code_not_present",
            Justification::CodeNotInExecutePath => "vulnerable_code_not_in_execute_path",
            Justification::CodeNotControlled => "vulnerable_code_cannot_be_controlled_by_adversary",
            Justification::Mitigated => "inline_mitigations_already_exist",
        }
    }
}
