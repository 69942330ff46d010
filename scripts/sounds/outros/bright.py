"""Bright outros: for callers who are happy."""

from score import Part, Score


def post_in_the_morning():
    """A small galant march: antecedent, half cadence, consequent with the subdominant, cadential six-four, home."""
    melody = """
      D5:.5 F#5 A5:1> A5:.5 B5:.25 A5 G5:.5' F#5' | E5:.5 G5 B5:1> B5:.5 C#6:.25 B5 A5:.5' G5' |
      F#5:.5 A5 D6:1> C#6:.5 B5 A5' G5' | F#5:.75> G5:.25 E5:.5 C#5 E5:1 A4:.5' C#5' |
      D5:.5 F#5 A5:1> A5:.5 B5:.25 A5 D6:.5 C6 | B5:.5 D6 G6:1> F#6:.5 E6 D6' B5' |
      A5:1 F#5:.5 D5 F#5> E5:.25 F#5 E5:.5 C#5 | D5:1> F#5:.5' A5' D6:2 |"""
    violins = """
      -:4 | -:4 |
      D5:2 C#5:.5 D5:1 B4:.5 | A4:1.5 A4:.5 C#5:1 -:1 |
      F#4:2 A4:1 A4 | G4:1.5 B4:.5 B4:1 G4 |
      F#4:1 A4 A4:.5 G4:1 G4:.5 | F#4:1 -:1 F#5+A4:2 |"""
    inner = """
      D4+F#4:4 | B3+E4:2 C#4+E4 | D4+F#4:2 D4+G4:1 B3+G4 | D4+F#4:1 C#4+E4:2 -:1 |
      D4+F#4:3 C4+F#4:1 | D4+G4:2 B3+G4 | D4+F#4:2 C#4+E4:1 C#4+G4 | A3+D4+F#4:4 |"""
    offbeats = """
      -:.5 F#4+A4' - F#4+A4' - F#4+A4' - F#4+A4' | - G4+B4' - G4+B4' - G4+C#5' - G4+C#5' |
      - F#4+A4' - F#4+A4' - G4+D5' - G4+B4' | - F#4+A4' - E4+C#5' - E4+A4' -:1 |
      -:.5 F#4+A4' - F#4+A4' - F#4+A4' - F#4+A4' | - G4+B4' - G4+D5' - G4+B4' - E4+B4' |
      - F#4+A4' - F#4+A4' - E4+A4' - G4+A4' | F#4+A4:1' -:.5 C#5+G4' D5+F#4:2 |"""
    bass = """
      D3:1' F#3' A3' F#3' | E3' G3' A3' A2' | D3' F#3' G3' E3' | A3' A2' A2' B2:.5' C#3' |
      D3:1' F#3' A3' F#3' | G3' B3' E3' G3' | A3' A3' A2' A2' | D3' A2' D2+D3:2 |"""
    harp = """-:4 | - | - | - | - | - | - | -:1.5 A3:.125 D4 F#4 A4 D5:.25 F#5 A5 D6:1.25 |"""
    rise = [(0, 68), (8, 78), (14, 70), (16, 74), (22, 92), (27, 84), (28, 92), (32, 90)]
    soft = [(beat, velocity - 14) for beat, velocity in rise]
    parts = [
        Part("flute", 73, melody, rise, pan=0.15, level=-4.5, legato=0.9, low_cut=200),
        Part("violins", 48, violins, soft, pan=-0.4, level=-7, legato=1.0, low_cut=180),
        Part("inner strings", 48, inner, soft, pan=0.3, level=-10, legato=1.0, low_cut=150, reverb=-9),
        Part("plucked strings", 45, offbeats, soft, pan=-0.2, level=-4, low_cut=150),
        Part("plucked basses", 45, bass, rise, pan=0.1, level=-1, low_cut=45),
        Part("bassoon", 70, bass, soft, pan=0.25, level=-12, low_cut=60),
        Part("harp", 46, harp, [(0, 70)], pan=-0.5, level=-2, ring=[36], reverb=-8),
    ]
    tempo = [(0, 124), (12, 126), (15, 120), (16, 126), (26, 124), (28, 112), (29.5, 96), (30, 92), (32, 92)]
    return Score("Post in the Morning", "D major", 4, tempo, parts, seed=11, room=1.5)


def first_name_terms():
    """Guitar, upright piano and a light kit: a pentatonic hook with pushes, and a plagal turn before home."""
    hook = """
      -:.5 D5 G5 A5 B5:1> A5:.5 G5 | A5:1.5> F#5:.5 D5:1 -:.5 D5 |
      E5:.5 G5 B5 D6:1> B5:.5 A5 G5 | E5:1.5> G5:.5 D5:1 -:.5 D5 |
      G5:.5 A5 B5 D6:1> C6:.5 B5 G5 | A5:1> G5:.5 A5 B5 A5:1 F#5:.5 |
      G5:1 E5:.5 G5 D5:1 B4:.5 D5 | G5:4 |"""
    bells = """
      -:4 | -:2.5 A5:.5 D6 F#6 | -:4 | -:2.5 G5:.5 C6 E6 | -:4 | -:4 | -:4 | -:.5 G5:.25 B5 D6 G6:2.75 |"""
    strummed = """
      G3+D4+G4+B4:1 G3+D4+G4+B4:.5 G4+B4 - G4+B4 D4+G4+B4 G4+B4 | F#3+D4+A4:1 D4+A4:.5 A4+D5 - A4+D5 D4+A4 A4+D5 |
      E3+B3+E4+G4:1 E4+G4+B4:.5 G4+B4 - G4+B4 E4+G4+B4 G4+B4 | C3+G3+E4+G4:1 E4+G4:.5 G4+D5 - G4+D5 E4+G4 G4+C5 |
      B2+G3+D4+G4:1 D4+G4+B4:.5 G4+B4 C3+G3+E4:.5 G4+C5 E4+G4 G4+C5 |
      D3+A3+D4+G4:1 D4+G4:.5 A4+D5 D3+A3+D4+F#4:.5 A4+D5 D4+F#4 A4+C5 |
      C3+G3+E4+G4:1 E4+G4:.5 G4+C5 - E4+C5 C3+G3+E4 G4+C5 | G2+D3+G3+B3+D4+G4:4 |"""
    keys = """
      G3+B3+D4:2 G3+B3+D4 | F#3+A3+D4 F#3+A3+D4 | G3+B3+E4 G3+B3+E4 | G3+C4+E4 G3+C4+D4 |
      G3+B3+D4 G3+C4+E4 | G3+A3+D4 F#3+A3+C4 | G3+C4+E4 G3+C4+E4 | G3+B3+D4:4 |"""
    bass = """
      G2:1.5 G2:.5 -:.5 D3 G2:1 | F#2:1.5 F#2:.5 -:.5 A2 D2:1 | E2:1.5 E2:.5 -:.5 B2 E2:1 | C3:1.5 C3:.5 -:.5 G2 C3:1 |
      B2:1.5 B2:.5 C3:1 G2 | D2:1.5 D2:.5 D3:1 D2:.5 D2 | C3:1.5 C3:.5 C3:1 D3:.5 D2 | G2:4 |"""
    kick = """
      C2:1 -:1.5 C2:.5 -:1 | C2:1 -:1.5 C2:.5 -:1 | C2:1 -:1.5 C2:.5 -:1 | C2:1 -:1.5 C2:.5 -:1 |
      C2:1 -:1.5 C2:.5 -:1 | C2:1 -:1.5 C2:.5 -:1 | C2:1 -:1.5 C2:.5 -:1 | C2:4 |"""
    stick = """
      -:1 C#2 - C#2 | - C#2 - C#2 | - C#2 - C#2 | - C#2 - C#2 | - C#2 - C#2 | - C#2 - C#2 | - C#2 - C#2 | -:4 |"""
    eight = "Bb4:.5 Bb4 Bb4> Bb4 Bb4 Bb4 Bb4> Bb4 |"
    shaker = " ".join([eight] * 7) + " Bb4:.5> -:3.5 |"
    hats = [(0, 46), (24, 60), (28, 50)]
    changes = [0, 4, 8, 12, 16, 18, 20, 22, 24, 28]
    ring = [4 * bar for bar in range(1, 8)] + [2 + 4 * bar for bar in range(0, 7)] + [33.5]
    parts = [
        Part("hook", 0, hook, [(0, 78), (16, 84), (22, 96), (28, 80)], pan=0.1, level=-4, low_cut=150, legato=0.9),
        Part("glockenspiel", 9, bells, [(0, 58)], pan=0.45, level=-13, low_cut=300, reverb=-6),
        Part("steel guitar", 25, strummed, [(0, 62), (16, 70), (24, 78), (28, 66)], pan=-0.22, level=-3, low_cut=110,
             strum=0.011, ring=sorted([*changes, 34]), shelf=2.0),
        Part("keys", 4, keys, [(0, 54), (20, 62), (28, 58)], pan=0.35, level=-11, low_cut=140, ring=sorted(ring)),
        Part("bass", 33, bass, [(0, 78), (24, 86), (28, 76)], level=-6, low_cut=40, legato=0.85, reverb=-40),
        Part("kick", 0, kick, [(0, 70), (24, 78), (28, 66)], level=-9, drums=True, low_cut=40, reverb=-30),
        Part("side stick", 0, stick, [(0, 52), (24, 60)], pan=0.1, level=-13, drums=True, low_cut=250),
        Part("shaker", 0, shaker, hats, pan=-0.3, level=-12, drums=True, low_cut=900, timing=0.004),
    ]
    tempo = [(0, 116), (24, 116), (27, 106), (28, 100), (32, 96)]
    return Score("First-Name Terms", "G major", 4, tempo, parts, seed=23, room=1.0, tail=3.5)


def light_switch():
    """Marimba in threes against fours, vibraphone above, a pizzicato floor: C major with a Lydian glance."""
    marimba = """
      C4:.5> E4 G4 D5> G4 E4 C5> G4 | A3> E4 G4 C5> G4 E4 B4> G4 | F3> C4 A4 E5> A4 C4 G4> A4 |
      G3> D4 F4 C5> F4 D4 B4> F4 | E3> C4 G4 D5> F3> C4 A4 E5 | D4> F#4 A4 E5> G3> D4 F4 B4 |
      C4> E4 G4 D5> C5> G4 E5> G5 | C5:4 |"""
    vibes = """
      -:2 G5:1 E5 | C5:1.5 D5:.5 E5:2 | -:1 A5:1.5 G5:.5 E5:1 | F5:1.5 E5:.5 D5:2 |
      G5:1.5 B5:.5 A5:1 G5 | F#5:1.5 A5:.5 G5:1 B5 | C6:1.5 G5:.5 E5:2 | E5+G5+D6:4 |"""
    pad = """
      E4+G4:4 | E4+G4 | E4+A4 | D4+F4:2 D4+F4 | E4+G4:2 C4+A4 | D4+F#4:2 D4+F4 | E4+G4:4 | C4+E4+G4:4 |"""
    floor = """
      C3:1.5 C3:.5 -:1 G2 | A2:1.5 A2:.5 -:1 E3 | F2:1.5 F2:.5 -:1 C3 | G2:1.5 G2:.5 -:1 D3 |
      E3:1.5 E3:.5 F3:1 C3 | D3:1.5 D3:.5 G2:1 G2 | C3:1.5 C3:.5 E3:1 G3 | C2+C3:4 |"""
    celesta = """ -:4 | - | - | - | - | - | -:2 C6:.5 E6 G6 D7 | C7:4 |"""
    parts = [
        Part("marimba", 12, marimba, [(0, 70), (12, 80), (20, 74), (26, 90), (28, 76)], pan=-0.12, level=-2, shelf=3.0,
             low_cut=110, reverb=-13),
        Part("vibraphone", 11, vibes, [(0, 62), (16, 72), (24, 82), (28, 64)], pan=0.3, level=-7, low_cut=180,
             ring=[4, 8, 12, 16, 18, 20, 22, 24, 28, 34], reverb=-10),
        Part("strings", 49, pad, [(0, 46), (20, 58), (28, 48)], pan=0.1, level=-13, low_cut=200, legato=1.0, reverb=-8),
        Part("plucked floor", 32, floor, [(0, 76), (24, 84), (28, 72)], level=-5, low_cut=42, reverb=-30),
        Part("celesta", 8, celesta, [(0, 52)], pan=0.5, level=-12, low_cut=400, reverb=-6),
    ]
    tempo = [(0, 112), (24, 112), (27, 100), (28, 92), (32, 90)]
    return Score("Light Switch", "C major", 4, tempo, parts, seed=37, room=1.3, tail=3.5)


SCORES = {
    "bright-classical": post_in_the_morning,
    "bright-pop": first_name_terms,
    "bright-neutral": light_switch,
}
