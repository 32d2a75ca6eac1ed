//! Two texts, line by line.

/// Most lines of a text that are compared one by one; of longer ones the rest counts as changed.
const MOST: usize = 2000;

/// A line that only one of two texts has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line<'a> {
    /// Only the first.
    Removed(&'a str),
    /// Only the second.
    Added(&'a str),
}

/// The lines that only one of the texts has, in order: a longest common subsequence is left out.
pub fn changed_lines<'a>(from: &'a str, to: &'a str) -> Vec<Line<'a>> {
    let (mut from, mut to): (Vec<&str>, Vec<&str>) = (from.lines().collect(), to.lines().collect());
    let same = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    from.drain(..same);
    to.drain(..same);
    while !from.is_empty() && from.last() == to.last() {
        from.pop();
        to.pop();
    }
    if from.len() > MOST || to.len() > MOST {
        return from.into_iter().map(Line::Removed).chain(to.into_iter().map(Line::Added)).collect();
    }
    walk(&from, &to, &lengths(&from, &to))
}

/// For each pair of ends, how long the longest common subsequence from there is.
fn lengths(from: &[&str], to: &[&str]) -> Vec<Vec<u16>> {
    let mut lengths = vec![vec![0u16; to.len() + 1]; from.len() + 1];
    for (row, one) in from.iter().enumerate().rev() {
        for (column, other) in to.iter().enumerate().rev() {
            lengths[row][column] = match one == other {
                true => lengths[row + 1][column + 1] + 1,
                false => lengths[row + 1][column].max(lengths[row][column + 1]),
            };
        }
    }
    lengths
}

fn walk<'a>(from: &[&'a str], to: &[&'a str], lengths: &[Vec<u16>]) -> Vec<Line<'a>> {
    let (mut row, mut column, mut lines) = (0, 0, Vec::new());
    while row < from.len() || column < to.len() {
        if row < from.len() && column < to.len() && from[row] == to[column] {
            row += 1;
            column += 1;
        } else if column == to.len()
            || (row < from.len() && lengths[row + 1][column] >= lengths[row][column + 1])
        {
            lines.push(Line::Removed(from[row]));
            row += 1;
        } else {
            lines.push(Line::Added(to[column]));
            column += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(from: &str, to: &str) -> String {
        let line = |line| match line {
            Line::Removed(text) => format!("-{text}"),
            Line::Added(text) => format!("+{text}"),
        };
        changed_lines(from, to).into_iter().map(line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_both_have_is_left_out() {
        assert_eq!(shown("a\nb\nc", "a\nb\nc"), "");
        assert_eq!(shown("a\nb\nc", "a\nx\nc"), "-b +x");
        assert_eq!(shown("", "a"), "+a");
        assert_eq!(shown("a\nb\nc\nd", "b\nd\ne"), "-a -c +e");
        assert_eq!(shown("x\na\nx", "x\nx"), "-a");
    }

    #[test]
    fn long_texts_are_not_compared_line_by_line() {
        let text =
            |first: &str| format!("{first}\n{}end", "line\n".repeat(MOST + 1)).replacen("line", first, 1);
        assert!(
            changed_lines(&text("a"), &text("b")).len() <= 4,
            "what is alike at both ends is left out first"
        );
        let many = |prefix: &str| (0..=MOST).map(|n| format!("{prefix}{n}\n")).collect::<String>();
        assert_eq!(changed_lines(&many("a"), &many("b")).len(), 2 * (MOST + 1));
    }
}
