"""Calm outros: for callers who are content, no more."""

from score import Part, Score


def evening_ledger():
    """A small nocturne: one motif, a fourth up and a step back, sequenced down, answered upward, a borrowed minor
    subdominant before the cadence."""
    right = """
      -:.5 C5 F5:1.5 E5:.5 | D5:2 -:1 | -:.5 Bb4 E5:1.5 D5:.5 | C5:2 -:1 |
      -:.5 A4 F5:.5 G5 A5:1 | Bb5:1.5 A5:.5 G5 F5 | A5:1 G5 E5 | F5:3 |"""
    left = """
      F2:.5 C3 A3 C4 A3 C3 | Bb2 F3 Bb3 F4 Bb3 F3 | C3 G3 Bb3 E4 Bb3 G3 | A2 F3 C4 F4 C4 F3 |
      D3 A3 D4 F4 D4 A3 | Bb2 F3 Bb3 D4 Db4 Bb3 | C3 A3 C4 Bb3 G3 C3 | F2 C3 F3 A3:.5 C4 A4:.5 |"""
    close = "-:3 | - | - | - | - | - | - | -:2.5 F5+C6:.5 |"
    strings = """
      -:3 | - | - | - | A3+D4:3 | Bb3+D4:2 Bb3+Db4:1 | A3+C4:1 Bb3+C4:2 | A3+C4:3 |"""
    swell = [(0, 58), (4, 64), (6, 56), (12, 62), (16, 76), (18, 70), (21, 56), (24, 48)]
    hushed = [(beat, velocity - 18) for beat, velocity in swell]
    pedal = [3, 6, 9, 12, 15, 17, 18, 19, 21, 28]
    parts = [
        Part("right hand", 0, right, swell, pan=0.08, level=-3, low_cut=120, ring=pedal, timing=0.009),
        Part("left hand", 0, left, hushed, pan=-0.08, level=-5, low_cut=45, ring=pedal, timing=0.007),
        Part("last breath", 0, close, [(0, 34)], pan=0.1, level=-5, low_cut=120, ring=[28], strum=0.12),
        Part("strings", 49, strings, [(0, 40), (15, 58), (21, 44), (24, 34)], pan=0.0, level=-10, low_cut=160,
             legato=1.0, reverb=-8),
    ]
    tempo = [(0, 90), (6, 99), (12, 97), (17, 99), (20, 82), (21, 75), (24, 66)]
    return Score("Evening Ledger", "F major", 3, tempo, parts, seed=41, room=1.7, tail=3.6)


def sunday_inbox():
    """Electric piano and nylon guitar over brushes: ninth chords, a held-back melody, an open close."""
    guitar = """
      -:1 Bb4:.5 D5 F5:1.5> Eb5:.5 | D5:.5 Eb5:1 Bb4:.5 G4:2 | -:.5 C5 Eb5 G5:1> F5:.5 Eb5:1 |
      F5:1.5 Eb5:.5 C5:1 D5 | Eb5:.5 F5 Bb5:3 |"""
    keys = """
      G3+Bb3+D4+F4:2.5 G3+Bb3+D4:1.5 | G3+Bb3+Eb4:2.5 G3+Bb3+D4:1.5 | G3+Bb3+C4+Eb4:2.5 G3+C4+Eb4:1.5 |
      Ab3+C4+Eb4+G4:2 Ab3+C4+D4+G4:2 | G3+Bb3+F4:4 |"""
    bass = """
      Eb2:2 -:.5 Bb2:.5 Eb2:1 | C3:2 -:.5 G2:.5 C3:1 | Ab2:2 -:.5 Eb2:.5 Ab2:1 | Bb2:2 -:.5 F2:.5 Bb2:1 | Eb2:4 |"""
    tap = "-:1 D2 - D2 | - D2 - D2 | - D2 - D2 | - D2 - - | -:4 |"
    kick = "C2:1 - C2:.5 -:1.5 | C2:1 - C2:.5 -:1.5 | C2:1 - C2:.5 -:1.5 | C2:1 - C2:.5 -:1.5 | C2:4 |"
    bar = "D#3:.5 D#3 D#3> D#3 D#3 D#3 D#3> D#3 |"
    ride = " ".join([bar] * 4) + " D#3:4 |"
    violins = "-:4 | - | -:4 | C5:2 D5 | Eb5:4 |"
    pedal = [4, 8, 12, 14, 16, 23]
    parts = [
        Part("nylon guitar", 24, guitar, [(0, 74), (8, 84), (12, 76), (16, 66)], pan=-0.15, level=-1, low_cut=140, shelf=3.0,
             legato=1.05, timing=0.01, reverb=-10),
        Part("electric piano", 4, keys, [(0, 58), (8, 64), (16, 52)], pan=0.25, level=-8, low_cut=160, shelf=3.0, strum=0.012,
             ring=pedal),
        Part("bass", 32, bass, [(0, 70), (16, 64)], level=-5, low_cut=38, reverb=-40, legato=0.9),
        Part("brush tap", 40, tap, [(0, 44)], pan=0.15, level=-13, drums=True, low_cut=200),
        Part("soft kick", 40, kick, [(0, 44)], level=-12, drums=True, low_cut=40, reverb=-30),
        Part("ride", 40, ride, [(0, 30), (15, 36), (16, 30)], pan=0.35, level=-19, drums=True, low_cut=500,
             swing=0.12),
        Part("violins", 49, violins, [(12, 34), (16, 44), (17, 38)], pan=-0.35, level=-12, low_cut=250, legato=1.0,
             reverb=-7),
    ]
    tempo = [(0, 78), (12, 78), (15, 72), (16, 66), (20, 64)]
    return Score("Sunday Inbox", "E flat major", 4, tempo, parts, seed=53, room=1.3, tail=3.0)


def glass_and_linen():
    """Harp in broad arpeggios, vibraphone in long notes, a warm floor of strings; suspended before home."""
    harp = """
      A2:.5 E3 B3 C#4 E4 B4 C#5 E5 | F#2 C#3 A3 C#4 E4 A4 C#5 E5 | D3 A3 C#4 F#4 A4 C#5 F#5 A5 |
      E3 B3 D4 A4 E4 G#4 B4 E5 | A2 E3 A3 B3 C#4 E4 A4 C#5 | A5:4 |"""
    vibes = """
      -:2 E5:1 C#5 | C#5:1.5 B4:.5 A4:2 | -:1 F#5 E5 C#5 | D5:1 C#5 B4:2 | C#5:4 | E5:4 |"""
    strings = """
      C#4+E4:4 | A3+C#4+E4 | A3+C#4+F#4 | B3+D4+A4:2 B3+D4+G#4 | A3+C#4+E4:4 | A3+C#4+E4:3 -:1 |"""
    floor = "A2:4 | F#2 | D2 | E2 | A2 | A2:3 -:1 |"
    clarinet = "-:4 | -:4 | -:4 | -:2 E4:1 G#4 | A4:4 | - |"
    parts = [
        Part("harp", 46, harp, [(0, 62), (8, 70), (12, 66), (16, 60), (20, 50)], pan=-0.3, level=-1, low_cut=60,
             ring=[4, 8, 12, 14, 16, 27], reverb=-9, timing=0.009),
        Part("vibraphone", 11, vibes, [(0, 56), (8, 64), (14, 58), (20, 44)], pan=0.3, level=-6, low_cut=160,
             ring=[4, 6, 8, 12, 14, 16, 27], reverb=-8),
        Part("strings", 49, strings, [(0, 44), (10, 56), (14, 52), (20, 38)], pan=0.15, level=-9, low_cut=150,
             legato=1.0, reverb=-8),
        Part("cellos and basses", 48, floor, [(0, 42), (10, 52), (20, 38)], pan=0.05, level=-11, low_cut=40,
             legato=1.0, reverb=-12),
        Part("clarinet", 71, clarinet, [(12, 50), (16, 44)], pan=-0.1, level=-11, low_cut=150, legato=1.0, reverb=-7),
    ]
    tempo = [(0, 84), (12, 86), (15, 80), (18, 71), (20, 67), (24, 65)]
    return Score("Glass and Linen", "A major", 4, tempo, parts, seed=67, room=1.9, tail=2.8)


SCORES = {
    "calm-classical": evening_ledger,
    "calm-pop": sunday_inbox,
    "calm-neutral": glass_and_linen,
}
