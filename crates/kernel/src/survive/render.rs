//! An explanation as a user reads it.

use std::fmt;

use super::{Addition, Explanation, Link, Need, State};
use crate::kconfig::Level;

/// How many links of a chain are shown; the lines to add hold what the rest would say.
const SHOWN: usize = 24;

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lost = &self.lost;
        write!(f, "{}: asks for CONFIG_{}={}", lost.origin, lost.symbol, lost.requested)?;
        writeln!(f, ", the final configuration has {}", lost.got)?;
        if let Some(reason) = &lost.reason {
            writeln!(f, "  asked for because: {reason}")?;
        }
        for cause in &self.causes {
            writeln!(f, "  {cause}")?;
        }
        for link in self.chain.iter().take(SHOWN) {
            writeln!(f, "  {:indent$}{link}", "", indent = (link.depth + 1) * 2)?;
        }
        if self.chain.len() > SHOWN {
            writeln!(f, "    … and {} more", self.chain.len() - SHOWN)?;
        }
        self.advice(f)
    }
}

impl Explanation {
    fn advice(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.mendable {
            return writeln!(
                f,
                "  no line of a fragment can bring it back; take the request out or mend the above"
            );
        }
        if self.add.is_empty() {
            return Ok(());
        }
        writeln!(f, "  add to a fragment:")?;
        for line in &self.add {
            writeln!(f, "    {line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            State::Has(_) if self.needs == Need::Holds => write!(f, "`{}` does not hold", self.what)?,
            State::Has(value) => write!(f, "{} is {value}, must be {}", self.what, self.needs)?,
            State::Undefined => {
                write!(f, "{} does not exist in this kernel for this architecture", self.what)?
            }
            State::Unknown => write!(f, "{} is known to the compiler only", self.what)?,
        }
        write!(f, " ({})", self.at)?;
        if let Some((value, origin)) = &self.requested {
            write!(f, "; {origin} asks for {value}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtLeast(Level::Yes) => "y",
            Self::AtLeast(_) => "m or y",
            Self::AtMost(Level::No) => "n",
            Self::AtMost(_) => "n or m",
            Self::Exactly(text) => return write!(f, "\"{text}\""),
            Self::Holds => "true",
        })
    }
}

impl fmt::Display for Addition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value.line(&self.symbol))?;
        if let Some((value, origin)) = &self.instead_of {
            write!(f, "    instead of {value} in {origin}")?;
        }
        Ok(())
    }
}
