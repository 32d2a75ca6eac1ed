//! A unit's tasks as scripts. Pure: what runs is text that can be shown, hashed and run again in `yoe shell`.

use std::collections::BTreeMap;

use yoe_model::shell::quote;
use yoe_model::{Step, Task, Unit};

/// A task, ready to run with `sh -eu`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The task's name.
    pub task: String,
    /// File name below `/build/steps`; sorts in the order of execution.
    pub file: String,
    /// The text.
    pub text: String,
}

/// A check of this program's own, outside the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The task's name.
    pub task: String,
    /// Paths below the unit's directory of what the configuration must fulfil.
    pub fragments: Vec<String>,
}

/// A part of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// Steps that a shell runs.
    Script(Script),
    /// [`Step::KconfigCheck`].
    Kconfig(Check),
}

/// A unit's scripts, and the files that it renders from templates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scripts {
    /// In the order they run.
    pub runs: Vec<Run>,
    /// Rendered templates by their file name below `/build/steps`.
    pub rendered: BTreeMap<String, Vec<u8>>,
}

/// The scripts of a unit: its patches first, then its tasks.
pub fn scripts(unit: &Unit) -> Scripts {
    let mut result = Scripts::default();
    if !unit.patches.is_empty() {
        let text = unit.patches.iter().map(|patch| apply(patch)).collect();
        result.push("patch", text);
    }
    for task in &unit.tasks {
        result.task(task, |step, rendered| render(unit, step, rendered));
    }
    result
}

impl Scripts {
    /// Those that a shell runs.
    pub fn scripts(&self) -> impl Iterator<Item = &Script> {
        self.runs.iter().filter_map(|run| match run {
            Run::Script(script) => Some(script),
            Run::Kconfig(_) => None,
        })
    }

    /// One script for a task, or one for what stands before, between and after its checks.
    fn task(&mut self, task: &Task, render: impl Fn(&Step, &mut BTreeMap<String, Vec<u8>>) -> String) {
        let mut text = String::new();
        for step in &task.steps {
            if let Step::KconfigCheck { fragments } = step {
                self.push(&task.name, std::mem::take(&mut text));
                let check = Check { task: task.name.clone(), fragments: fragments.clone() };
                self.runs.push(Run::Kconfig(check));
            } else {
                text.push_str(&render(step, &mut self.rendered));
            }
        }
        self.push(&task.name, text);
    }

    fn push(&mut self, task: &str, text: String) {
        if text.is_empty() {
            return;
        }
        let file = format!("{:02}-{task}.sh", self.scripts().count());
        self.runs.push(Run::Script(Script { task: task.to_owned(), file, text }));
    }
}

/// Applies a patch to `$SRCDIR`; one that does not apply as it stands is an error, not a guess.
fn apply(patch: &str) -> String {
    let quoted = quote(patch);
    format!(
        "patch -d \"$SRCDIR\" -p1 -F0 -N --no-backup-if-mismatch -i \"$FILESDIR\"/{quoted} || \
         {{ echo \"patch \"{quoted}\" does not apply\" >&2; exit 1; }}\n"
    )
}

fn render(unit: &Unit, step: &Step, rendered: &mut BTreeMap<String, Vec<u8>>) -> String {
    match step {
        Step::Shell(text) => format!("{}\n", text.trim_end()),
        Step::InstallFile { src, dest, mode } => {
            install(&format!("\"$FILESDIR\"/{}", quote(src)), dest, *mode)
        }
        Step::InstallTemplate { src, dest, mode, vars } => {
            let content = unit.file(src).map(|file| file.content.to_vec()).unwrap_or_default();
            let name = format!("rendered-{:02}", rendered.len());
            rendered.insert(name.clone(), fill(content, vars));
            install(&format!("/build/steps/{name}"), dest, *mode)
        }
        Step::Symlink { target, dest } => {
            let dest = quote(dest);
            format!(
                "mkdir -p \"$(dirname \"$DESTDIR\"{dest})\"\nln -sfn {} \"$DESTDIR\"{dest}\n",
                quote(target)
            )
        }
        // Not the shell's: `Scripts::task` keeps it apart.
        Step::KconfigCheck { .. } => String::new(),
    }
}

fn install(from: &str, dest: &str, mode: u32) -> String {
    format!("install -D -m {mode:04o} {from} \"$DESTDIR\"{}\n", quote(dest))
}

/// Replaces `{{name}}` by values. Bytes that are not a known placeholder stay.
fn fill(content: Vec<u8>, vars: &BTreeMap<String, String>) -> Vec<u8> {
    // Templates are text; one that is not cannot hold a placeholder that anybody wrote.
    match String::from_utf8(content) {
        Err(binary) => binary.into_bytes(),
        Ok(mut text) => {
            for (name, value) in vars {
                text = text.replace(&format!("{{{{{name}}}}}"), value);
            }
            text.into_bytes()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled() {
        let vars = [("version".to_owned(), "1.2".to_owned())].into();
        let filled = fill(b"v={{version}} {{other}}".to_vec(), &vars);
        assert_eq!(String::from_utf8(filled).unwrap(), "v=1.2 {{other}}");
        assert_eq!(fill(vec![0xff, 0x7b], &vars), [0xff, 0x7b]);
    }

    #[test]
    fn a_check_stands_between_the_scripts_of_its_task() {
        let shell = |text: &str| Step::Shell(text.to_owned());
        let check = Step::KconfigCheck { fragments: vec!["a.cfg".into()] };
        let mut scripts = Scripts::default();
        let task = Task {
            name: "configure".into(),
            steps: vec![shell("one"), shell("two"), check.clone(), shell("three"), check],
        };
        scripts.task(&task, |step, _| match step {
            Step::Shell(text) => format!("{text}\n"),
            other => format!("{other:?}\n"),
        });
        let runs = scripts.runs;
        let listed: Vec<_> = runs
            .iter()
            .map(|run| match run {
                Run::Script(script) => format!("{} {:?}", script.file, script.text),
                Run::Kconfig(check) => format!("{} {:?}", check.task, check.fragments),
            })
            .collect();
        let expected = [
            r#"00-configure.sh "one\ntwo\n""#,
            r#"configure ["a.cfg"]"#,
            r#"01-configure.sh "three\n""#,
            r#"configure ["a.cfg"]"#,
        ];
        assert_eq!(listed, expected);
    }
}
