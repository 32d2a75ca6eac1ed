//! A terminal of 80 columns and 24 rows with a shell in it, by tmux.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long something may take to be seen. Machines that compile meanwhile are slow.
const WITHIN: Duration = Duration::from_secs(120);

/// A terminal. It and what runs in it end with this value.
pub struct Tmux {
    socket: PathBuf,
}

impl Tmux {
    /// A terminal whose shell has the directory and the environment of `command`, and its program as `$yoe`.
    pub fn start(directory: &Path, command: &Command) -> Self {
        let there = Command::new("tmux").arg("-V").stdout(Stdio::null()).status();
        assert!(there.is_ok_and(|status| status.success()), "this machine has no tmux (apt install tmux)");
        let this = Self { socket: directory.join("tmux") };
        let mut start = this.command(&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "sh"]);
        start.current_dir(command.get_current_dir().unwrap()).env_clear();
        start.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let own = command.get_envs().find_map(|(name, value)| value.filter(|_| name == "PATH"));
        let path = own.map_or_else(|| std::env::var_os("PATH").unwrap(), ToOwned::to_owned);
        start.env("PATH", path).env("LC_ALL", "C.UTF-8");
        start.env("yoe", command.get_program());
        assert!(start.status().unwrap().success(), "tmux does not start");
        this.wait_until("a prompt", |screen| !screen.trim().is_empty());
        this
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command.arg("-u").arg("-S").arg(&self.socket).args(arguments);
        command
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "tmux {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// Types a text.
    pub fn text(&self, text: &str) {
        self.tmux(&["send-keys", "-l", text]);
    }

    /// Presses a key by tmux's name of it, such as `Enter` or `C-c`.
    pub fn key(&self, name: &str) {
        self.tmux(&["send-keys", name]);
    }

    /// Types a line.
    pub fn line(&self, line: &str) {
        self.text(line);
        self.key("Enter");
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.tmux(&["resize-window", "-x", &columns.to_string(), "-y", &rows.to_string()]);
    }

    /// The screen, once it is as wanted.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let screen = self.screen();
            if wanted(&screen) {
                return screen;
            }
            assert!(began.elapsed() < WITHIN, "{what} is not to be seen:\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The screen, once it holds a text.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text))
    }

    /// Makes sure that the shell is back, with the terminal as it was, and that what ran before gave this status.
    pub fn back_with(&self, status: i32) {
        // What is typed before its prompt is there goes to what is still ending.
        self.wait_until("the shell's prompt", |screen| screen.trim_end().ends_with(['#', '$']));
        // The shell's own words for what it typed are not the answer.
        self.line("echo back with $? and $(stty -a | grep -o -e '-*icanon' -e '-*echo ' | xargs)");
        let screen = self.wait_for(&format!("back with {status} and icanon echo"));
        assert!(!screen.contains("q quit"), "{screen}");
    }

    /// Takes the terminal away from what runs in it.
    pub fn close(&self) {
        self.tmux(&["kill-server"]);
    }

    /// The number of the process that the shell runs.
    pub fn running(&self) -> i32 {
        let shell = self.tmux(&["display-message", "-p", "#{pane_pid}"]);
        let shell = shell.trim();
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
        children.trim().parse().unwrap()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // It may be gone with its shell.
        let _ = self.command(&["kill-server"]).stderr(Stdio::null()).status();
    }
}
