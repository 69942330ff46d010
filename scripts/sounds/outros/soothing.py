"""Soothing music: for callers who wait for a human. Each piece opens with the bar that also leads its loop back, so that
the repeat arrives out of the same harmony as the first entry; after the loop stands a plagal close."""

from score import Part, Score


def lamp_in_the_window():
    """Piano over strings and harp; the bass walks down an octave, the melody sighs, then reaches up once."""
    upbeat = " G5:.5 F5:1.5 -:1 Bb4:.5 D5 |"
    melody = upbeat + """
      G5:2 F5:1 Eb5 | F5:1.5 Eb5:.5 D5:2 | Eb5:2 D5:1 C5 | D5:1.5 C5:.5 Bb4:2 |
      C5:1 Eb5 Ab5:1.5 G5:.5 | G5:1.5 F5:.5 Eb5:1 Bb4 | C5:1 F5:1.5 G5:.5 Ab5:1 |""" + upbeat + """
      Eb5:2 Bb4:1 C5 | C5:2 Ab4 | G4:4 |"""
    dominant = " Ab3+Eb4+F4:2 Ab3+D4+F4 |"
    strings = dominant + """
      G3+Bb3+Eb4:4 | F3+Bb3+F4 | G3+C4+Eb4 | G3+D4+G4 | Ab3+C4+Eb4 | Bb3+Eb4 | Ab3+C4+Eb4 |""" + dominant + """
      G3+Bb3+Eb4:4 | Ab3+C4+Eb4 | G3+Bb3+Eb4:3.5 -:.5 |"""
    bass = "Bb2:4 | Eb3 | D3 | C3 | Bb2 | Ab2 | G2 | F2 | Bb2 | Eb2 | Eb2 | Eb2:3.5 -:.5 |"
    turn = " Bb2:.5 F3 Ab3 Eb4 F4 D4 Ab3 F3 |"
    harp = turn + """
      Eb3 G3 Bb3 Eb4 G4 Eb4 Bb3 G3 | D3 F3 Bb3 D4 F4 D4 Bb3 F3 | C3 G3 C4 Eb4 G4 Eb4 C4 G3 | Bb2 G3 Bb3 D4 G4 D4 Bb3 G3 |
      Ab2 Eb3 Ab3 C4 Eb4 C4 Ab3 Eb3 | G2 Eb3 G3 Bb3 Eb4 Bb3 G3 Eb3 | F2 C3 F3 Ab3 Eb4 C4 Ab3 F3 |""" + turn + """
      Eb3 G3 Bb3 Eb4 G4 Eb4 Bb3 G3 | Eb3 Ab3 C4 Eb4 Ab4 Eb4 C4 Ab3 | Eb2 Bb2 Eb3 G3 Bb3:.5 Eb4 G4:1 |"""
    bars = [4.0 * bar for bar in range(1, 11)] + [2.0, 34.0, 50.0]
    wave = [(0, 56), (4, 64), (12, 60), (20, 72), (24, 66), (32, 56), (36, 62), (40, 54), (44, 44)]
    low = [(beat, velocity - 16) for beat, velocity in wave]
    parts = [
        Part("piano", 0, melody, wave, pan=0.1, level=-3, low_cut=130, ring=sorted(bars), timing=0.01, reverb=-9),
        Part("strings", 49, strings, low, pan=-0.1, level=-6, low_cut=140, legato=1.02, reverb=-8),
        Part("cellos", 48, bass, low, pan=0.2, level=-10, low_cut=45, legato=1.0, reverb=-12),
        Part("harp", 46, harp, low, pan=-0.35, level=-5, low_cut=80, ring=sorted(bars), reverb=-9, timing=0.008),
    ]
    tempo = [(0, 72), (36, 72), (40, 64), (44, 54), (48, 52)]
    return Score("Lamp in the Window", "E flat major", 4, tempo, parts, seed=71, room=2.0, tail=4.0, loop=(4, 36),
                 ending=36)


def slow_water():
    """A warm pad breathing over a pedal, vibraphone and piano drops in a pentatonic: nothing asks for attention."""
    upbeat = " -:1 E5:1 -:1 A4:1 |"
    piano = upbeat + """
      F#5:2 E5:1 D5 | C#5:1.5 D5:.5 A4:2 | -:1 B4 D5 F#5 | E5:2 B4 | F#5:1.5 A5:.5 E5:2 | D5:1 E5 B4:2 |""" + upbeat + """
      D5:2 A4:1 B4 | A4:4 | F#4:4 |"""
    hush = " D4+E4+A4+B4:4 |"
    pad = hush + """
      D4+E4+F#4+A4:4 | C#4+F#4+A4+B4 | B3+D4+F#4+A4 | B3+C#4+E4+A4 | C#4+E4+F#4+A4 | B3+D4+E4+G4 |""" + hush + """
      D4+E4+F#4+A4:4 | B3+D4+G4 | A3+D4+F#4:3.5 -:.5 |"""
    bass = "A2:4 | D3 | B2 | G2 | A2 | F#2 | G2 | A2 | D3 | G2:2 D2 | D2:3.5 -:.5 |"
    drops = """-:3.5 A5:.5 | -:4 | -:2 F#5:.5 A5 D6:1 | -:4 | -:2 E5:.5 A5 C#6:1 | -:4 | -:2 D5:.5 G5 B5:1 | -:3.5 A5:.5 |
      -:2 D5:.5 F#5 A5:1 | -:4 | -:1 D5:.5 A5 D6:2 |"""
    bars = [4.0 * bar for bar in range(1, 10)] + [43.0]
    parts = [
        Part("warm pad", 89, pad, [(0, 50), (12, 60), (28, 50), (40, 40)], pan=-0.1, level=-11, low_cut=150, legato=1.03,
             reverb=-10),
        Part("strings", 49, pad, [(0, 36), (12, 48), (28, 38), (40, 30)], pan=0.15, level=-9, low_cut=180, legato=1.02,
             reverb=-8),
        Part("piano", 0, piano, [(0, 50), (12, 60), (28, 52), (40, 40)], pan=0.08, level=-2, low_cut=120, ring=bars,
             timing=0.012, reverb=-8),
        Part("vibraphone", 11, drops, [(0, 36), (12, 44), (28, 36), (40, 30)], pan=0.4, level=-8, low_cut=250, ring=bars,
             reverb=-6),
        Part("low strings", 48, bass, [(0, 44), (12, 52), (28, 44), (40, 34)], pan=0.0, level=-9, low_cut=42,
             legato=1.0, reverb=-14),
    ]
    tempo = [(0, 66), (28, 66), (34, 60), (40, 54)]
    return Score("Slow Water", "D major", 4, tempo, parts, seed=83, room=2.4, tail=4.0, loop=(4, 32), ending=32)


def back_porch():
    """Finger-picked guitar with its thumb on the off-strings, a low flute that answers, soft keys underneath."""
    turn = " G2:.5 D4 G3 C4 G2 D4 G3 B3 |"
    picking = turn + """
      C3 E4 G3 C4 G2 E4 G3 C4 | B2 D4 G3 B3 G2 D4 G3 B3 | A2 E4 G3 C4 E3 E4 G3 C4 | F2 C4 A3 E4 C3 C4 A3 E4 |
      E3 C4 G3 E4 C3 C4 G3 E4 | D3 C4 A3 F4 A2 C4 A3 F4 | F3 C4 A3 E4 D3 C4 A3 D4 |""" + turn + """
      C3 E4 G3 C4 G2 E4 G3 C4 | F2 C4 A3 F4 C3 C4 A3 F4 | C3:.5 G3 C4 E4 G4:2 |"""
    flute = """
      -:4 | E5:2 D5:1 C5 | D5:1.5 B4:.5 G4:2 | C5:1 D5 E5:1.5 G5:.5 | A5:1.5 G5:.5 E5:2 |
      G5:1.5 E5:.5 C5:2 | D5:1 E5 F5:1.5 A5:.5 | A5:1 G5:.5 E5 F5:1 E5 | D5:3 -:1 | C5:2 -:1 G4:1 | A4:2 F4 | E4:4 |"""
    keys = """
      G3+C4+D4:2 G3+B3+D4 | G3+C4+E4:4 | G3+B3+D4 | G3+C4+E4 | A3+C4+E4 | G3+C4+E4 | A3+C4+F4 | A3+C4+E4:2 A3+C4+D4 |
      G3+C4+D4:2 G3+B3+D4 | G3+C4+E4:4 | A3+C4+F4 | G3+C4+E4 |"""
    bars = [2.0 * half for half in range(1, 23)] + [51.0]
    parts = [
        Part("nylon guitar", 24, picking, [(0, 64), (16, 74), (24, 78), (32, 66), (40, 56)], pan=-0.06, level=-2,
             low_cut=90, shelf=4.0, ring=bars, timing=0.008, reverb=-11),
        Part("flute", 73, flute, [(0, 54), (12, 66), (24, 70), (32, 58), (40, 48)], pan=0.15, level=-5, low_cut=220,
             legato=0.98, reverb=-7),
        Part("electric piano", 4, keys, [(0, 44), (24, 52), (40, 40)], pan=0.3, level=-12, low_cut=220, shelf=3.0, ring=bars,
             reverb=-10),
        Part("strings", 49, keys, [(0, 30), (24, 42), (40, 28)], pan=-0.25, level=-13, low_cut=240, legato=1.02,
             reverb=-8),
    ]
    tempo = [(0, 84), (36, 84), (42, 74), (44, 64), (48, 60)]
    return Score("Back Porch", "C major", 4, tempo, parts, seed=97, room=1.6, tail=4.0, loop=(4, 36), ending=36)


SCORES = {
    "soothing-classical": lamp_in_the_window,
    "soothing-neutral": slow_water,
    "soothing-pop": back_porch,
}
