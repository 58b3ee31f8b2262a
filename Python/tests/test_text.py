import unittest

import quiver


class SentenceTests(unittest.TestCase):
    def test_sentences_tile_the_text(self):
        text = "Dr. Who came. Did he? Ünïcode, too!\n"
        found = quiver.sentences(text)
        data = text.encode()
        parts = [data[start:end].decode() for start, end in found]
        self.assertEqual(parts, ["Dr. Who came. ", "Did he? ", "Ünïcode, too!\n"])
        self.assertEqual(quiver.sentences(b"").shape, (0, 2))
        self.assertEqual(len(quiver.sentences("a\0b. C.")), 2)

    def test_what_is_no_text_is_refused(self):
        with self.assertRaises(quiver.ArgumentError):
            quiver.sentences(b"\xff")


if __name__ == "__main__":
    unittest.main()
