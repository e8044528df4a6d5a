# Imported by imported_first.py.
class Held(object):
    x = 4

    def get(self):
        return self.x


value = Held().get()
