//! Values with a form of their own: ports, mounts, sizes.

use crate::contents::{Bind, Mention, mention};
use crate::yaml::Node;
use crate::{Port, Problem};

/// What a service mounts.
pub(crate) enum Mount {
    Bind(Bind),
    Volume(Mention),
}

/// A mount of a path or of a named volume; nothing for the rest, which no other place knows of.
pub(crate) fn mount(node: &Node) -> Option<Mount> {
    let (source, kind, read_only) = match node.text() {
        Some(text) => {
            let mut parts = text.split(':');
            let (source, _target) = (parts.next()?, parts.next()?);
            let read_only =
                parts.next().is_some_and(|options| options.split(',').any(|option| option == "ro"));
            (Mention { text: source.to_owned(), at: node.at }, None, read_only)
        }
        None => {
            let source = node.get("source").and_then(mention)?;
            (source, node.get("type").and_then(Node::text), node.get("read_only").is_some_and(Node::is_true))
        }
    };
    let is_path = source.text.starts_with(['/', '.', '~']);
    match kind {
        Some("bind") => Some(Mount::Bind(Bind { source, read_only })),
        Some("volume") => Some(Mount::Volume(source)),
        Some(_) => None,
        None if is_path => Some(Mount::Bind(Bind { source, read_only })),
        None => Some(Mount::Volume(source)),
    }
}

/// The ports of the device that a port of a service takes; none when the engine chooses one.
pub(crate) fn port(node: &Node) -> Result<Option<Port>, Box<Problem>> {
    let wrong = || {
        let problem = Problem::new(node.at, format!("{:?} is not a port", node.text().unwrap_or("this")));
        Box::new(problem.expected("[ADDRESS:]PORT:PORT[/udp], where each port may be a range"))
    };
    let Some(text) = node.text() else { return long_port(node).ok_or_else(wrong) };
    let (text, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    if !matches!(protocol, "tcp" | "udp") {
        return Err(wrong());
    }
    let (host, container) = match text.rsplit_once(':') {
        Some((host, container)) => (Some(host), container),
        None => (None, text),
    };
    let inner = range(container).ok_or_else(wrong)?;
    let Some(host) = host else { return Ok(None) };
    let (address, published) = match host.rsplit_once(':') {
        Some((address, published)) => (address.trim_matches(['[', ']']), published),
        None => ("", host),
    };
    if published.is_empty() {
        return Ok(None);
    }
    let (first, last) = range(published).ok_or_else(wrong)?;
    if inner.1 - inner.0 != last - first && inner.0 != inner.1 {
        return Err(wrong());
    }
    Ok(Some(Port { at: node.at, address: address.to_owned(), protocol: protocol.to_owned(), first, last }))
}

fn long_port(node: &Node) -> Option<Option<Port>> {
    let text = |name: &str| node.get(name).and_then(Node::text);
    range(text("target")?)?;
    let Some(published) = node.get("published") else { return Some(None) };
    let (first, last) = range(published.text()?)?;
    let address = text("host_ip").unwrap_or_default().to_owned();
    let protocol = text("protocol").unwrap_or("tcp").to_owned();
    Some(Some(Port { at: published.at, address, protocol, first, last }))
}

fn range(text: &str) -> Option<(u16, u16)> {
    let number = |text: &str| text.parse::<u16>().ok().filter(|number| *number > 0);
    match text.split_once('-') {
        Some((first, last)) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some((first, last))
        }
        None => number(text).map(|number| (number, number)),
    }
}

/// A size such as `10m`.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}
