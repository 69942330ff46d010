//! Policy files: the default, its schema, and what is said about a wrong one.

use codetta::ErrorKind;
use codetta::judge::Policy;
use serde_json::Value;

#[test]
fn the_default_file_and_the_defaults_of_missing_keys_are_the_same() {
    let file = Policy::parse(Policy::DEFAULT_TOML, "policy/default.toml").unwrap();
    assert_eq!(file, Policy::default());
    assert_eq!(Policy::parse("", "empty").unwrap().hash(), Policy::default().hash());
}

#[test]
fn the_hash_follows_the_meaning_and_not_the_layout() {
    let policy = |text: &str| Policy::parse(text, "test").unwrap().hash().to_owned();
    let plain = policy("[thresholds]\naccept = 0.8\nconfirm = 0.5\n");
    assert_eq!(plain, policy("# a remark\n[thresholds]\n\nconfirm = 0.50\naccept=0.800 # more\n"));
    assert_ne!(plain, policy("[thresholds]\naccept = 0.81"));
    assert_eq!(plain.len(), 64);
}

/// Wrong text, line of the complaint, and words that it must hold.
const WRONG: [(&str, usize, &[&str]); 22] = [
    ("[thresholds]\nacept = 0.9", 2, &["acept", "did you mean `accept`?"]),
    ("[bands.low]\nratings = [1]\naction = \"transfer\"\nmood = \"soothing\"\ntune = \"pop\"", 5, &["`tone`?"]),
    ("\n\nlimit = 3", 3, &["`limits`?"]),
    ("version = 2", 1, &["expected version 1, got 2"]),
    ("[limits]\nafter = \"noresponse\"", 2, &["did you mean `no_response`?"]),
    ("[limits]\nreprompts = 9", 2, &["0 to 5, got 9"]),
    ("[limits]\nreprompts = -1", 2, &["-1"]),
    ("[limits]\nread_backs = 2", 2, &["read back once"]),
    ("[thresholds]\naccept = 1.5", 2, &["up to 1, got 1.5"]),
    ("[thresholds]\naccept = nan", 2, &["NaN"]),
    ("[thresholds]\naccept = \"high\"", 2, &["string \"high\""]),
    ("[thresholds]\nconfirm = 0.9", 2, &["at most accept"]),
    ("[thresholds]\nhuman = 0.9", 2, &["never refused"]),
    ("[pool]\ntext = 0.2\nvoice_anger = -0.1", 3, &["from 0 to 10, got -0.1"]),
    ("[pool]\nrating = 0", 2, &["above 0"]),
    ("[pool]\nprior = [0.5, 0.5, 0.5, 0.5, 0.5]", 2, &["sum to 1"]),
    (
        "[bands.middle]\nratings = [2, 3]\naction = \"outro\"\nmood = \"calm\"",
        2,
        &["rating 2 is in band low and in band middle"],
    ),
    ("[bands.middle]\nratings = []\naction = \"outro\"\nmood = \"calm\"", 1, &["rating 3 is in no band"]),
    ("[bands.best]\nratings = [4, 5]\naction = \"outro\"", 1, &["missing field `mood`"]),
    ("[bands.low]\nratings = [1, 2]\naction = \"transfer\"\nmood = \"bright\"", 4, &["mocks"]),
    ("[bands.low]\nratings = [1, 2]\naction = \"confirm\"\nmood = \"calm\"", 3, &["a band is an ending"]),
    ("[[words]]\nname = \"law\"\naction = \"transfer\"\nzh = [\"。\"]", 1, &["empty phrase"]),
];

#[test]
fn a_wrong_policy_is_refused_with_its_line_and_what_to_do() {
    for (text, line, needles) in WRONG {
        let error = Policy::parse(text, "mine.toml").expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert_eq!(error.subject(), format!("mine.toml:{line}"), "{text}\n{error}");
        for needle in needles {
            assert!(error.to_string().contains(needle), "{needle:?} not in: {error}");
        }
    }
}

#[test]
fn a_missing_folder_or_huge_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let absent = Policy::load(&folder.path().join("none.toml")).unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::NotFound);
    assert!(Policy::load(folder.path()).is_err());
    let huge = folder.path().join("huge.toml");
    std::fs::write(&huge, vec![b'#'; 2 << 20]).unwrap();
    assert_eq!(Policy::load(&huge).unwrap_err().kind(), ErrorKind::Limit);
    let binary = folder.path().join("binary.toml");
    std::fs::write(&binary, [0xff, 0xfe, 0x00]).unwrap();
    assert!(Policy::load(&binary).unwrap_err().to_string().contains("binary.toml"));
}

fn schema() -> Value {
    serde_json::from_str(Policy::SCHEMA_JSON).unwrap()
}

/// The part of JSON Schema that the policy's schema uses; an unknown keyword fails, so that none is ignored.
fn complaints(schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().unwrap() {
        let number = || value.as_f64().unwrap_or(f64::NAN);
        let fine = match keyword.as_str() {
            "$schema" | "title" | "description" => true,
            "type" => match rule.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "integer" => value.is_i64() || value.is_u64(),
                "number" => value.is_number(),
                other => panic!("type {other}"),
            },
            "const" => number() == rule.as_f64().unwrap(),
            "enum" => rule.as_array().unwrap().contains(value),
            "minimum" => number() >= rule.as_f64().unwrap(),
            "maximum" => number() <= rule.as_f64().unwrap(),
            "exclusiveMinimum" => number() > rule.as_f64().unwrap(),
            "minLength" => value.as_str().is_none_or(|s| s.chars().count() as u64 >= rule.as_u64().unwrap()),
            "maxLength" => value.as_str().is_none_or(|s| s.chars().count() as u64 <= rule.as_u64().unwrap()),
            "minItems" => value.as_array().is_none_or(|a| a.len() as u64 >= rule.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|a| a.len() as u64 <= rule.as_u64().unwrap()),
            "required" => {
                let has = |key: &Value| value.get(key.as_str().unwrap()).is_some();
                rule.as_array().unwrap().iter().all(has)
            }
            "additionalProperties" => {
                let known = schema["properties"].as_object().unwrap();
                value.as_object().is_none_or(|o| o.keys().all(|key| known.contains_key(key)))
            }
            "properties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = rule.get(key) {
                        complaints(schema, inner, &format!("{at}.{key}"), found);
                    }
                }
                true
            }
            "items" => {
                for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
                    complaints(rule, inner, &format!("{at}[{index}]"), found);
                }
                true
            }
            other => panic!("keyword {other} is not known to this check"),
        };
        if !fine {
            found.push(format!("{at}: {keyword}"));
        }
    }
}

fn by_schema(text: &str) -> Vec<String> {
    let value = toml::from_str::<toml::Table>(text).map(|table| serde_json::to_value(table).unwrap());
    let mut found = Vec::new();
    match value {
        Ok(value) => complaints(&schema(), &value, "policy", &mut found),
        Err(error) => found.push(error.to_string()),
    }
    found
}

#[test]
fn the_schema_knows_every_key_and_accepts_the_default() {
    assert_eq!(by_schema(Policy::DEFAULT_TOML), Vec::<String>::new());
    // Every key of the canonical form (all but the optional tone) is described, and none more.
    let canonical: Value = serde_json::from_str(&Policy::default().canonical_form()).unwrap();
    fn same_keys(schema: &Value, value: &Value, at: &str) {
        if let (Some(known), Some(object)) = (schema.get("properties"), value.as_object()) {
            for (key, rule) in known.as_object().unwrap() {
                assert!(rule.get("description").is_some(), "{at}.{key} is not documented");
                match object.get(key) {
                    Some(inner) => same_keys(rule, inner, &format!("{at}.{key}")),
                    None => assert_eq!(key, "tone", "{at}"),
                }
            }
            assert!(object.keys().all(|key| known.get(key).is_some()), "{at}");
        }
    }
    same_keys(&schema(), &canonical, "policy");
}

#[test]
fn the_schema_refuses_what_the_parser_refuses_where_a_schema_can() {
    // Relations between keys (overlap, order, sums) are beyond it.
    let beyond =
        ["at most accept", "sum to 1", "is in band low", "is in no band", "mocks", "a rating is", "empty phrase"];
    for (text, _, needles) in WRONG {
        if !beyond.iter().any(|b| needles.iter().any(|n| n.contains(b))) {
            assert!(!by_schema(text).is_empty(), "{text}");
        }
    }
}
