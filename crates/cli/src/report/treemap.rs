//! Sizes as rectangles, by the squarified algorithm (Bruls, Huizing and van Wijk, 2000).

use super::Package;
use super::text::bytes;
use super::text::escaped;

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// The picture, in the proportions that it has on a wide screen; on a narrow one it is as high.
const WHOLE: Rect = Rect { x: 0.0, y: 0.0, w: 960.0, h: 420.0 };
const COLOURS: [&str; 8] =
    ["#2f5d8a", "#3d7a5a", "#8a6d2f", "#7a3d5e", "#4f4f8f", "#2f7f86", "#8a4b2f", "#5f6b3a"];

/// A box that is a smaller part of the picture than this has no room for its name.
const NAMED: f64 = 0.008;

/// Packages as boxes of a page, in parts of its width, the largest first. Those without files are left out; those whose
/// box would have no room for a name share one, which names them when it is pointed at. The table below the picture has
/// all of them.
pub fn html(packages: &[Package]) -> String {
    let whole: u64 = packages.iter().map(|package| package.bytes).sum();
    let files = packages.iter().filter(|package| package.bytes > 0);
    let (named, small): (Vec<&Package>, Vec<&Package>) =
        files.partition(|package| package.bytes as f64 >= whole as f64 * NAMED);
    let mut labels: Vec<Label> = named.into_iter().map(Label::of).collect();
    labels.extend(Label::of_several(&small));
    labels.sort_by_key(|label| std::cmp::Reverse(label.bytes));
    let sizes: Vec<f64> = labels.iter().map(|label| label.bytes as f64).collect();
    let boxes = labels.iter().zip(squarified(&sizes, WHOLE)).enumerate();
    let boxes: String = boxes.map(|(index, (label, rect))| shape(index, label, rect)).collect();
    format!("<div class=\"map\" role=\"img\" aria-label=\"Sizes of packages\">\n{boxes}</div>\n")
}

/// What a box says.
struct Label {
    name: String,
    /// Shown when it is pointed at.
    title: String,
    bytes: u64,
}

impl Label {
    fn of(package: &Package) -> Self {
        let size = bytes(package.bytes);
        Self { name: package.name.clone(), title: format!("{} {size}", package.name), bytes: package.bytes }
    }

    /// One box for several; none for none.
    fn of_several(packages: &[&Package]) -> Option<Self> {
        match packages {
            [] => None,
            [one] => Some(Self::of(one)),
            all => {
                let titles: Vec<String> = all.iter().map(|one| Self::of(one).title).collect();
                let bytes = all.iter().map(|package| package.bytes).sum();
                Some(Self { name: format!("{} smaller", all.len()), title: titles.join(", "), bytes })
            }
        }
    }
}

fn shape(index: usize, label: &Label, Rect { x, y, w, h }: Rect) -> String {
    let (name, title, size) = (escaped(&label.name), escaped(&label.title), bytes(label.bytes));
    let colour = COLOURS[index % COLOURS.len()];
    let [left, width] = [x, w].map(|length| length / WHOLE.w * 100.0);
    let [top, height] = [y, h].map(|length| length / WHOLE.h * 100.0);
    format!(
        "<div title=\"{title}\" style=\"left:{left:.2}%;top:{top:.2}%;width:{width:.2}%;height:{height:.2}%;\
         background:{colour}\"><span>{name}</span><span>{size}</span></div>\n"
    )
}

/// A rectangle for each size, the largest first; together they fill the whole one. Sizes are positive.
pub fn squarified(sizes: &[f64], whole: Rect) -> Vec<Rect> {
    let total: f64 = sizes.iter().sum();
    let scale = whole.w * whole.h / total;
    let areas: Vec<f64> = sizes.iter().map(|size| size * scale).collect();
    let mut rects = Vec::new();
    let (mut left, mut rest) = (whole, &areas[..]);
    while !rest.is_empty() {
        let count = row(rest, left.w.min(left.h));
        let (taken, later) = rest.split_at(count);
        left = place(taken, left, &mut rects);
        rest = later;
    }
    rects
}

/// How many areas stand in the next row: as many as keep its rectangles from getting longer.
fn row(areas: &[f64], side: f64) -> usize {
    let mut count = 1;
    while count < areas.len() && worst(&areas[..=count], side) <= worst(&areas[..count], side) {
        count += 1;
    }
    count
}

/// The worst ratio of sides in a row along this side.
fn worst(row: &[f64], side: f64) -> f64 {
    let sum: f64 = row.iter().sum();
    let thick = sum / side;
    row.iter().map(|area| (area / thick / thick).max(thick * thick / area)).fold(0.0, f64::max)
}

/// Lays a row along the shorter side; gives what is left.
fn place(row: &[f64], left: Rect, rects: &mut Vec<Rect>) -> Rect {
    let sum: f64 = row.iter().sum();
    let upright = left.w >= left.h;
    let thick = sum / if upright { left.h } else { left.w };
    let mut along = 0.0;
    for area in row {
        let long = area / thick;
        rects.push(if upright {
            Rect { x: left.x, y: left.y + along, w: thick, h: long }
        } else {
            Rect { x: left.x + along, y: left.y, w: long, h: thick }
        });
        along += long;
    }
    if upright {
        Rect { x: left.x + thick, w: left.w - thick, ..left }
    } else {
        Rect { y: left.y + thick, h: left.h - thick, ..left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_have_their_areas_and_fill_the_whole() {
        let sizes = [60.0, 30.0, 25.0, 10.0, 5.0, 1.0, 0.5];
        let rects = squarified(&sizes, WHOLE);
        let scale = WHOLE.w * WHOLE.h / sizes.iter().sum::<f64>();
        for (size, rect) in sizes.iter().zip(&rects) {
            assert!((rect.w * rect.h - size * scale).abs() < 1e-6 * WHOLE.w * WHOLE.h, "{rect:?}");
            assert!(rect.x > -1e-9 && rect.y > -1e-9);
            assert!(rect.x + rect.w < WHOLE.w + 1e-6 && rect.y + rect.h < WHOLE.h + 1e-6, "{rect:?}");
        }
        let overlap = |a: &Rect, b: &Rect| {
            let along = |start: f64, end: f64, from: f64, to: f64| end.min(to) - start.max(from);
            along(a.x, a.x + a.w, b.x, b.x + b.w) > 1e-6 && along(a.y, a.y + a.h, b.y, b.y + b.h) > 1e-6
        };
        for (index, rect) in rects.iter().enumerate() {
            assert!(!rects[..index].iter().any(|other| overlap(rect, other)), "{rect:?}");
        }
    }

    #[test]
    fn the_paper_has_the_same_rows() {
        // The example of the paper: 6, 6, 4, 3, 2, 2, 1 in 6 by 4.
        let rects = squarified(&[6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], Rect { x: 0.0, y: 0.0, w: 6.0, h: 4.0 });
        assert_eq!(rects[0], Rect { x: 0.0, y: 0.0, w: 3.0, h: 2.0 });
        assert_eq!(rects[1], Rect { x: 0.0, y: 2.0, w: 3.0, h: 2.0 });
        assert!((rects[2].h - 7.0 / 3.0).abs() < 1e-9, "{:?}", rects[2]);
    }

    #[test]
    fn small_packages_share_a_box_that_names_them() {
        let package = |name: &str, bytes| Package { name: name.into(), version: "1".into(), bytes };
        let some = [package("engine", 1_000_000), package("a", 900), package("b<", 800), package("none", 0)];
        let html = html(&some);
        assert!(html.contains("<span>engine</span>") && html.contains("<span>2 smaller</span>"), "{html}");
        assert!(html.contains("title=\"a 900B, b&lt; 800B\""), "{html}");
        assert_eq!(html.matches("<div title").count(), 2);
        let one = super::html(&some[..2]);
        assert!(one.contains("<span>a</span>"), "{one}");
    }

    #[test]
    fn nothing_is_an_empty_picture() {
        assert!(squarified(&[], WHOLE).is_empty());
        assert!(!html(&[]).contains("<span"));
    }
}
