//! The loop: keys and children in, frames out.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::ViewError;
use crate::event::{Input, Order};
use crate::program::{Program, RunningBuild};
use crate::screen::Screen;
use crate::view::View;

/// How long a key is waited for, while children may report and while nothing runs.
const BUSY: Duration = Duration::from_millis(40);
const IDLE: Duration = Duration::from_millis(250);

/// Shows the view in this process's terminal until the user has enough. A build that runs then is asked to end, and waited for.
///
/// # Errors
/// When the terminal cannot be used, and when a signal asked for the end.
pub fn serve(mut view: View, program: Program) -> Result<(), ViewError> {
    let signals = Signals::register().map_err(ViewError::Signals)?;
    let mut screen = Screen::take().map_err(ViewError::Terminal)?;
    view.rows = screen.rows().map_err(ViewError::Terminal)?;
    let (to, from) = channel();
    program.load(to.clone());
    let mut session =
        Session { program, to, from, signals, began: Instant::now(), build: None, signalled: false };
    session.run(&mut view, &mut screen).map_err(ViewError::Terminal)?;
    if session.signalled { Err(ViewError::Interrupted) } else { Ok(()) }
}

/// Signals that other processes send. The terminal sends none while it shows the view.
struct Signals {
    end: Arc<AtomicBool>,
    interrupt: Arc<AtomicBool>,
}

impl Signals {
    fn register() -> io::Result<Self> {
        let this = Self { end: Arc::default(), interrupt: Arc::default() };
        for signal in [SIGHUP, SIGTERM] {
            signal_hook::flag::register(signal, this.end.clone())?;
        }
        signal_hook::flag::register(SIGINT, this.interrupt.clone())?;
        Ok(this)
    }

    fn taken(&self) -> bool {
        let [end, interrupt] = [&self.end, &self.interrupt].map(|flag| flag.swap(false, Ordering::Relaxed));
        end || interrupt
    }

    /// Ctrl-C while another command had the terminal was for that command.
    fn forget_interrupt(&self) {
        self.interrupt.store(false, Ordering::Relaxed);
    }
}

/// Waits until something is typed, this time at most, and tells whether the terminal is still there. crossterm would ask one that is gone
/// for ever.
fn is_there(patience: Duration) -> io::Result<bool> {
    let stdin = io::stdin();
    let mut terminal = [PollFd::new(&stdin, PollFlags::IN)];
    let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
    match poll(&mut terminal, Some(&patience)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(!terminal[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL))
}

struct Session {
    program: Program,
    to: Sender<Input>,
    from: Receiver<Input>,
    signals: Signals,
    began: Instant,
    build: Option<RunningBuild>,
    /// Whether a signal asked for the end.
    signalled: bool,
}

impl Session {
    fn run(&mut self, view: &mut View, screen: &mut Screen) -> io::Result<()> {
        loop {
            screen.draw(view)?;
            loop {
                let Some(inputs) = self.wait(view)? else {
                    self.signalled = true;
                    return Ok(());
                };
                if inputs.is_empty() {
                    continue;
                }
                for input in inputs {
                    for order in view.take(input) {
                        if order == Order::Quit {
                            return Ok(());
                        }
                        self.carry_out(order, screen)?;
                    }
                }
                break;
            }
        }
    }

    /// What happened, after a while at most; none when the terminal is gone. A key is not kept waiting by what children say.
    fn wait(&mut self, view: &View) -> io::Result<Option<Vec<Input>>> {
        let busy = view.loading || view.build.is_some() || view.pane.as_ref().is_some_and(|pane| pane.asking);
        let mut inputs = Vec::new();
        if !is_there(if busy { BUSY } else { IDLE })? {
            return Ok(None);
        }
        if event::poll(Duration::ZERO)? {
            match event::read()? {
                Event::Key(key) => inputs.push(Input::Key(key)),
                Event::Resize(_, rows) => inputs.push(Input::Rows(rows)),
                _ => {}
            }
        }
        if self.signals.taken() {
            self.signalled = true;
            inputs.push(Input::End);
        }
        while let Ok(input) = self.from.try_recv() {
            inputs.push(self.completed(input));
        }
        let now = Duration::from_secs(self.began.elapsed().as_secs());
        if now != view.now && (view.build.is_some() || !inputs.is_empty()) {
            inputs.insert(0, Input::Time(now));
        }
        Ok(Some(inputs))
    }

    /// An end of a build with how it ended, which only the one who waits for the process knows.
    fn completed(&mut self, input: Input) -> Input {
        match input {
            Input::BuildEnded { said, .. } => {
                let success = self.build.take().is_some_and(RunningBuild::succeeded);
                Input::BuildEnded { success, said }
            }
            other => other,
        }
    }

    fn carry_out(&mut self, order: Order, screen: &mut Screen) -> io::Result<()> {
        match order {
            Order::Load => self.program.load(self.to.clone()),
            Order::Build(name) => match self.program.build(&name, self.to.clone()) {
                Ok(build) => self.build = Some(build),
                Err(error) => {
                    let said = format!("yoe build cannot be run: {error}");
                    let _ = self.to.send(Input::BuildEnded { success: false, said });
                }
            },
            Order::Interrupt => self.build.iter().for_each(RunningBuild::interrupt),
            Order::Ask { number, commands } => self.program.ask(number, commands, self.to.clone()),
            Order::Foreground(arguments) => {
                let mut ended = String::new();
                screen.lend(&format!("yoe {}", arguments.join(" ")), || {
                    ended = self.program.foreground(&arguments);
                    ended.clone()
                })?;
                self.signals.forget_interrupt();
                let _ = self.to.send(Input::Rows(screen.rows()?));
                let _ = self.to.send(Input::Back(ended));
            }
            Order::Quit => {}
        }
        Ok(())
    }
}
