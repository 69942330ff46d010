//! Charts as SVG by plotters, in the page's own colours.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::latency::Latency;
use super::reliability::{CoveragePoint, Reliability};

const SIZE: (u32, u32) = (440, 300);
/// plotters knows colours as numbers only. These stand for the page's colours and are replaced by their names, so that
/// one chart serves light, dark and paper.
const INK: RGBColor = RGBColor(1, 2, 3);
const SOFT: RGBColor = RGBColor(2, 3, 4);
const LINE: RGBColor = RGBColor(3, 4, 5);
const FIRST: RGBColor = RGBColor(4, 5, 6);
const SECOND: RGBColor = RGBColor(5, 6, 7);
const NAMES: [(&str, &str); 5] = [
    ("#010203", "var(--ink)"),
    ("#020304", "var(--soft)"),
    ("#030405", "var(--line)"),
    ("#040506", "var(--first)"),
    ("#050607", "var(--second)"),
];

type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Confidence against accuracy: bars are 95 % intervals, the diagonal is perfect calibration.
pub fn reliability(name: &str, reliability: &Reliability) -> String {
    svg(&format!("reliability of {name}"), |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(26)
            .x_label_area_size(38)
            .y_label_area_size(62)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        axes(&mut chart, "confidence", "right", &|x| percent(*x), &|y| percent(*y))?;
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], SOFT.stroke_width(1)))?;
        let point = |bin: &super::Bin| (bin.confidence, bin.right.value.unwrap_or(0.0));
        let bars = reliability.bins.iter().map(|bin| {
            let ends = [bin.right.low.unwrap_or(0.0), bin.right.high.unwrap_or(1.0)];
            PathElement::new(ends.map(|y| (bin.confidence, y)), FIRST.stroke_width(2))
        });
        chart.draw_series(bars)?;
        chart.draw_series(LineSeries::new(reliability.bins.iter().map(point), FIRST.stroke_width(2)))?;
        chart.draw_series(reliability.bins.iter().map(|bin| Circle::new(point(bin), 4, FIRST.filled())))?;
        Ok(())
    })
}

/// Share of answers taken against the share of them that is right, with its interval.
pub fn coverage(points: &[CoveragePoint]) -> String {
    let lowest = points.iter().filter_map(|point| point.right.low).fold(1.0, f64::min);
    let floor = ((lowest * 10.0).floor() / 10.0).clamp(0.0, 0.9);
    svg("accuracy by coverage", |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(26)
            .x_label_area_size(38)
            .y_label_area_size(62)
            .build_cartesian_2d(0.0..1.0, floor..1.0)?;
        axes(&mut chart, "answers taken, surest first", "right", &|x| percent(*x), &|y| percent(*y))?;
        let low = points.iter().map(|point| (point.coverage, point.right.low.unwrap_or(floor).max(floor)));
        let high = points.iter().rev().map(|point| (point.coverage, point.right.high.unwrap_or(1.0)));
        let band: Vec<(f64, f64)> = low.chain(high).collect();
        chart.draw_series([Polygon::new(band, FIRST.mix(0.18).filled())])?;
        let line = points.iter().map(|point| (point.coverage, point.right.value.unwrap_or(0.0)));
        chart.draw_series(LineSeries::new(line, FIRST.stroke_width(2)))?;
        Ok(())
    })
}

/// Counts by milliseconds; lines mark the median and the 95th percentile.
pub fn latency(latency: &Latency) -> String {
    let end = latency.histogram.last().map_or(1.0, |bar| bar.to);
    let most = latency.histogram.iter().map(|bar| bar.n).max().unwrap_or(1) as f64 * 1.12;
    svg("time per answer", |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(26)
            .x_label_area_size(38)
            .y_label_area_size(62)
            .build_cartesian_2d(0.0..end, 0.0..most)?;
        axes(&mut chart, "milliseconds", "answers", &|x| format!("{x:.0}"), &|y| format!("{y:.0}"))?;
        let gap = end / 24.0 * 0.08;
        let bars = latency
            .histogram
            .iter()
            .map(|bar| Rectangle::new([(bar.from + gap, 0.0), (bar.to - gap, bar.n as f64)], FIRST.mix(0.75).filled()));
        chart.draw_series(bars)?;
        for (at, name) in [(latency.total.median, "median"), (latency.total.p95, "95 %")] {
            let at = at.min(end);
            chart.draw_series([PathElement::new([(at, 0.0), (at, most)], SECOND.stroke_width(2))])?;
            // A label that would leave the chart stands left of its line.
            let side = if at > 0.8 * end { HPos::Right } else { HPos::Left };
            let style = ("sans-serif", 13).into_font().color(&INK).pos(Pos::new(side, VPos::Top));
            let shift = if at > 0.8 * end { -0.01 } else { 0.01 } * end;
            chart.draw_series([Text::new(name, (at + shift, most), style)])?;
        }
        Ok(())
    })
}

fn percent(share: f64) -> String {
    format!("{:.0}\u{a0}%", 100.0 * share)
}

fn axes<'a, DB: DrawingBackend + 'a>(
    chart: &mut ChartContext<
        'a,
        DB,
        Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
    >,
    x: &str,
    y: &str,
    x_label: &dyn Fn(&f64) -> String,
    y_label: &dyn Fn(&f64) -> String,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let text = || ("sans-serif", 13).into_font().color(&SOFT);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(LINE.stroke_width(1))
        .axis_style(LINE.stroke_width(1))
        .label_style(text())
        .axis_desc_style(text())
        .x_desc(x)
        .y_desc(y)
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(x_label)
        .y_label_formatter(y_label)
        .draw()
}

fn svg(title: &str, draw: impl FnOnce(&DrawingArea<SVGBackend, plotters::coord::Shift>) -> Drawn) -> String {
    let mut text = String::new();
    let drawn = {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        let drawn = draw(&area);
        drawn.and_then(|()| Ok(area.present()?))
    };
    if drawn.is_err() {
        return "<p class=\"soft\">No chart: there is too little to draw.</p>".to_owned();
    }
    for (number, name) in NAMES {
        text = text.replace(number, name);
    }
    let size = format!("<svg width=\"{}\" height=\"{}\" ", SIZE.0, SIZE.1);
    let labelled = format!("<svg role=\"img\" aria-label=\"{title}\" ");
    text.replacen(&size, &labelled, 1)
}
