# Methods of every kind, constructors, properties, descriptors, metaclasses.
class Meta(type):
    def __call__(cls, *arguments):
        return super(Meta, cls).__call__(*arguments)


class Described(object):
    def __get__(self, instance, owner):
        return 4 if instance is None else instance.x

    def __set__(self, instance, value):
        instance.x = value


class Point(object):
    described = Described()

    def __init__(self, x, y=2):
        self.x = x
        self.y = y

    def length(self):
        return self.x * self.x + self.y * self.y

    @property
    def total(self):
        return self.x + self.y

    @classmethod
    def origin(cls):
        return cls(0, 0)

    @staticmethod
    def dot(a, b):
        return a.x * b.x + a.y * b.y

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __call__(self, z):
        return self.x + z

    def __getattr__(self, name):
        return len(name)

    def __len__(self):
        return 3

    def __contains__(self, x):
        return x == self.x


class Point3(Point):
    __slots__ = ()

    def __new__(cls, *arguments):
        return super(Point3, cls).__new__(cls)

    def __init__(self, x, y, z):
        super(Point3, self).__init__(x, y)
        self.z = z

    def length(self):
        return super(Point3, self).length() + self.z * self.z


Made = Meta("Made", (Point,), {})


def phase():
    points = [Point(i) for i in range(12)] + [Point3(i, i, i) for i in range(6)] + [Made(1, 2)]
    total = sum([p.length() + p.total for p in points])
    points[0].described = 9
    total += points[0].described + Point.described + (points[1] + points[2]).x + Point.origin().y + Point.dot(points[3], points[4])
    return total + points[5](6) + points[0].missing + len(points[1]) + (3 in points[3])
