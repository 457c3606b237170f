//! XML: parsers that follow entities out of the document.
//!
//! Flagged: `etree.XMLParser(resolve_entities=True)`, `ElementTree.fromstring(body)` of a request,
//! `parser.setFeature(feature_external_ges, True)`. Accepted: `defusedxml`, `resolve_entities=False`, a document
//! whose path is written in the source.

use crate::strict::analysis::Analysis;
use crate::strict::calls::Called;
use crate::strict::catalogue as rules;
use crate::strict::report::Weight;
use crate::strict::value::{Clean, Level, Value};

impl<'a> Analysis<'a> {
    pub(super) fn xml(&mut self, called: &Called<'_, 'a>) {
        match called.path {
            "lxml.etree.XMLParser" | "lxml.etree.XMLPullParser" | "lxml.etree.iterparse" => {
                self.lxml_parser(called);
            }
            path if parses(path) => self.parsed(called),
            _ if called.name == "setFeature" => self.feature(called),
            _ => {}
        }
    }

    fn lxml_parser(&mut self, called: &Called<'_, 'a>) {
        let words = "this parser replaces entities by what they point to";
        match called.keyword("resolve_entities") {
            Some(value) if value.truth() == Some(false) => {}
            Some(value) if value.is_true() => self.wrong(&rules::XML, called.at, words),
            _ => self.report.add(
                &rules::XML,
                called.at,
                Weight::suspected(&rules::XML),
                words,
            ),
        }
        let open = called.keyword("no_network").is_some_and(Value::is_false)
            || called.keyword("load_dtd").is_some_and(Value::is_true);
        if open {
            self.wrong(
                &rules::XML,
                called.at,
                "this parser fetches what a document names",
            );
        }
    }

    fn parsed(&mut self, called: &Called<'_, 'a>) {
        // A parser that is passed was judged where it was made.
        if called
            .argument(1, "parser")
            .is_some_and(|value| value.as_path().is_some())
        {
            return;
        }
        let Some(document) = called.positional.first() else {
            return;
        };
        if let Some(taint) = document.dirty(Clean::XML) {
            self.used(
                &rules::XML,
                called.at,
                taint,
                Clean::XML,
                Level::File,
                "is parsed as XML with its entities",
            );
        }
    }

    fn feature(&mut self, called: &Called<'_, 'a>) {
        let named = called
            .positional
            .first()
            .and_then(Value::as_path)
            .is_some_and(|path| {
                path.ends_with("feature_external_ges") || path.ends_with("feature_external_pes")
            });
        let url = called
            .positional
            .first()
            .and_then(Value::as_text)
            .is_some_and(|text| text.contains("external-"));
        let on = called
            .positional
            .get(1)
            .is_some_and(|value| value.truth() != Some(false));
        if (named || url) && on {
            self.wrong(
                &rules::XML,
                called.at,
                "this parser reads external entities",
            );
        }
    }
}

fn parses(path: &str) -> bool {
    matches!(
        path,
        "xml.etree.ElementTree.fromstring"
            | "xml.etree.ElementTree.parse"
            | "xml.etree.ElementTree.XML"
            | "xml.etree.ElementTree.iterparse"
            | "xml.etree.ElementTree.XMLParser"
            | "xml.dom.minidom.parse"
            | "xml.dom.minidom.parseString"
            | "xml.dom.pulldom.parse"
            | "xml.dom.pulldom.parseString"
            | "xml.sax.parse"
            | "xml.sax.parseString"
            | "xml.sax.make_parser().parse"
            | "lxml.etree.fromstring"
            | "lxml.etree.parse"
            | "lxml.etree.XML"
            | "lxml.objectify.fromstring"
            | "lxml.objectify.parse"
            | "lxml.html.fromstring"
            | "xmltodict.parse"
    )
}
