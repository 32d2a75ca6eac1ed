//! From the log-in prompt to a shell that a program can talk to.

use std::time::{Duration, Instant};

use crate::console::after;
use crate::frame::Encoding;
use crate::{Console, GuestErrorKind, WaitError, password};

/// How long an answer is waited for before a line is sent again: a log-in may throw away what was typed ahead.
const RESEND: Duration = Duration::from_secs(5);
/// The same for the user's name. A name too many might be taken for the password, so there is no hurry.
const NAME_RESEND: Duration = Duration::from_secs(15);
/// How often the user's name is sent before it is taken that no password is asked for.
const NAMES: usize = 2;
/// How often the log-in is tried: noise on the line may spoil the first.
const TRIES: usize = 2;

/// What the shell is told first. `$0` is the session's marker; every line that we wait for begins with it. The shell's
/// own variables begin with `y_`; scripts run in a shell of their own and do not see them.
const PREPARE: [&str; 10] = [
    "dmesg -n 1 2>/dev/null",
    // Job control gives each script a process group of its own.
    "set -m 2>/dev/null",
    r#"y_l=$(printf '\n.');y_l=${y_l%.};y_t=$(printf '\t');y_p="#,
    r#"y_say() { printf '\n@%s %s %s\n' "$0" "$1" "$2"; }"#,
    r#"y_d=;for y_i in "${TMPDIR:-/tmp}" /run /dev/shm /dev;do mkdir -m 700 "$y_i/yoe-$0" 2>/dev/null && y_d=$y_i/yoe-$0 && break;done"#,
    r#"y_e=none;if [ "$(printf a|base64 2>/dev/null)" = YQ== ];then y_e=base64;y_enc() { base64; };elif [ "$(printf a|od -An -v -tx1 2>/dev/null)" = ' 61' ];then y_e=od;y_enc() { od -An -v -tx1; };fi"#,
    r#"y_run() { [ -z "$y_p" ] || wait "$y_p" 2>/dev/null;rm -f "$y_d/o" "$y_d/e" "$y_d/x";(sh -c "$y_s" test >"$y_d/o" 2>"$y_d/e" </dev/null;y_x=$?;echo $y_x >"$y_d/x";y_say "$1" "done $y_x")& y_p=$!; }"#,
    r#"y_end() { { kill -9 "-$y_p" || kill -9 "$y_p";wait "$y_p"; } 2>/dev/null;if [ -s "$y_d/x" ];then y_say "$1" "done $(cat "$y_d/x")";else y_say "$1" killed;fi; }"#,
    r#"y_get() { y_c=$(wc -c <"$y_d/$2");[ "$y_c" -le "$3" ]||y_c=$3;y_say "$1" "begin $((y_c))";head -c "$((y_c))" "$y_d/$2"|y_enc;y_say "$1" end; }"#,
    r#"y_say 0 "ready $y_e $y_d""#,
];

/// Who logs in.
#[derive(Clone)]
pub struct Login {
    /// The user; tests run as `root`.
    pub user: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Login {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({})", self.user)
    }
}

/// A prepared shell.
pub(crate) struct Session {
    /// What every line of ours begins with, after `@`.
    pub(crate) marker: String,
    /// How the machine encodes what it sends.
    pub(crate) encoding: Encoding,
}

/// Waits for the prompt, logs in and prepares the shell.
pub(crate) fn log_in(
    console: &mut Console,
    login: &Login,
    deadline: Instant,
) -> Result<Session, GuestErrorKind> {
    let random = password::random_bytes::<6>().map_err(GuestErrorKind::Marker)?;
    let marker = yoe_notation::hex::encode(&random);
    let mut tries = 1;
    loop {
        prompt(console, deadline)?;
        enter(console, login, deadline)?;
        match replace_shell(console, login, &marker, deadline) {
            Err(GuestErrorKind::Refused { .. }) if tries < TRIES => tries += 1,
            other => break other?,
        }
    }
    let encoding = prepare(console, &marker, deadline)?;
    console.transcript().milestone("logged-in");
    Ok(Session { marker, encoding })
}

fn prompt(console: &mut Console, deadline: Instant) -> Result<(), GuestErrorKind> {
    let began = Instant::now();
    match console.wait_for(&["login: "], deadline) {
        Ok(_) => console.transcript().milestone("login"),
        Err(WaitError::Deadline) => {
            return Err(GuestErrorKind::NoPrompt { seconds: began.elapsed().as_secs_f64() });
        }
        Err(other) => return Err(other.into()),
    }
    Ok(())
}

fn enter(console: &mut Console, login: &Login, deadline: Instant) -> Result<(), GuestErrorKind> {
    for _ in 0..NAMES {
        send(console, &login.user)?;
        match console.wait_for(&["assword:"], deadline.min(after(NAME_RESEND))) {
            Ok(_) => return send(console, &login.password),
            Err(WaitError::Deadline) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(())
}

/// Replaces the user's shell by one without prompt, echo and line editor. The line is short: a line editor may take
/// no more than 127 characters. The marker is split, so that its echo is not taken for the answer.
fn replace_shell(
    console: &mut Console,
    login: &Login,
    marker: &str,
    deadline: Instant,
) -> Result<(), GuestErrorKind> {
    let (one, two) = marker.split_at(marker.len() / 2);
    let line = format!(
        "exec sh -c 'stty -echo -ixon;echo \"@$0 up\";while IFS= read -r y;do eval \"$y\";done' {one}''{two} 2>/dev/null"
    );
    let up = format!("@{marker} up");
    while Instant::now() < deadline {
        send(console, &line)?;
        match console.wait_for(&[&up, "ogin incorrect"], deadline.min(after(RESEND))) {
            Ok(0) => return Ok(()),
            Ok(_) => return Err(GuestErrorKind::Refused { user: login.user.clone() }),
            Err(WaitError::Deadline) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(GuestErrorKind::NoShell)
}

fn prepare(console: &mut Console, marker: &str, deadline: Instant) -> Result<Encoding, GuestErrorKind> {
    for line in PREPARE {
        send(console, line)?;
    }
    let answer = loop {
        let line = console.next_line(deadline)?;
        if let Some(answer) = ours(&line, marker, "0") {
            break answer.to_owned();
        }
    };
    match answer.split(' ').collect::<Vec<_>>()[..] {
        ["ready", _, ""] => Err(GuestErrorKind::NoScratch),
        ["ready", name, _] => Encoding::from_name(name).ok_or(GuestErrorKind::NoEncoder),
        _ => Err(GuestErrorKind::NoShell),
    }
}

/// What the machine says in this line under this number, if the line is one of the session's. Somebody else's text may
/// stand before it.
pub(crate) fn ours<'l>(line: &'l str, marker: &str, id: &str) -> Option<&'l str> {
    let (_, rest) = line.split_once(&format!("@{marker} "))?;
    let (number, answer) = rest.split_once(' ')?;
    (number == id).then_some(answer)
}

pub(crate) fn send(console: &mut Console, line: &str) -> Result<(), GuestErrorKind> {
    console.send_line(line).map_err(|error| {
        // A console that takes nothing is the sign of an end; its kind says more.
        match console.wait_for_end(after(Duration::from_secs(3))) {
            Ok(end) => GuestErrorKind::Ended(end),
            Err(WaitError::Cancelled) => GuestErrorKind::Cancelled,
            Err(_) => GuestErrorKind::Send(error),
        }
    })
}
