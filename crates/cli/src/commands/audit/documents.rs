//! Documents about holes that an audit reads and writes.

use std::path::Path;

use yoe_supply::audit::{Bill, Report};
use yoe_supply::vex;

use super::read::read;
use crate::error::CommandError;
use crate::output::Output;
use crate::ui;

/// Adds what an OpenVEX document says of parts of the bill.
pub fn declare(bill: &mut Bill, path: &Path) -> Result<(), CommandError> {
    let shown = path.display();
    let document = vex::Document::parse(&read(path)?, &shown.to_string()).map_err(|error| {
        CommandError::user(format!("{shown} cannot be read as what is known of holes"))
            .because(error)
            .hint("`yoe audit --openvex FILE` writes such a document")
    })?;
    let said = document.statements(bill);
    if said.is_empty() {
        let message = format!("{shown} says nothing about parts of {}", bill.subject);
        return Err(CommandError::user(message).hint("its products are of another target or another version"));
    }
    bill.statements.extend(said);
    Ok(())
}

/// What becomes of each hole, in OpenVEX and in CSAF; absent where no hole was found.
pub fn made(bill: &Bill, report: &Report) -> Result<[Option<String>; 2], CommandError> {
    let publisher = bill.publisher.as_ref().ok_or_else(nobody)?;
    let request = vex::Request { bill, report, publisher, tool_version: env!("CARGO_PKG_VERSION") };
    Ok([vex::openvex(&request), vex::csaf(&request)])
}

/// A project without a publisher.
pub fn nobody() -> CommandError {
    CommandError::config("a document about holes names who says it, and the project does not say who that is")
        .hint("project(publisher = publisher(…)) says so")
}

/// Documents that are to be written.
pub struct Documents {
    openvex: Option<Output>,
    csaf: Option<Output>,
}

impl Documents {
    /// Looks at the places.
    pub fn open(openvex: Option<&Path>, csaf: Option<&Path>) -> Result<Self, CommandError> {
        let open = |path: Option<&Path>| path.map(Output::at).transpose();
        Ok(Self { openvex: open(openvex)?, csaf: open(csaf)? })
    }

    /// Writes them.
    pub fn write(self, bill: &Bill, report: &Report) -> Result<(), CommandError> {
        if self.openvex.is_none() && self.csaf.is_none() {
            return Ok(());
        }
        let [openvex, csaf] = made(bill, report)?;
        for (output, document) in [(self.openvex, openvex), (self.csaf, csaf)] {
            match (output, document) {
                (Some(output), Some(document)) => output.write_all(document.as_bytes())?,
                (Some(_), None) => {
                    ui::note(
                        "no hole was found, so there is nothing that a document could say: none is written",
                    );
                }
                (None, _) => {}
            }
        }
        Ok(())
    }
}
