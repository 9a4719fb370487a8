"""Names and places that the demo firm's contacts are made of."""

FIRST_NAMES = """
Alma Amir Anika Anton Asha Bea Benno Bruno Camille Carlos Chloé Clara Dario Dana Diego Edith Elena
Elias Emre Esther Farah Felix Fiona Gabriel Gemma Hana Hannes Hugo Ida Ines Ivan Jade Jonas José
Judith Kai Karin Kofi Lara Leo Lin Lucía Lukas Maja Malik Marta Mateo Mei Mila Nadia Nils Noor Olga
Omar Otto Paula Pedro Priya Quinn Rafael Rosa Ruben Sana Selma Simon Sofia Stefan Tara Theo Uma Vera
Viktor Wanda Xenia Yara Yusuf Zoë Zora
""".split()
LAST_NAMES = """
Abbott Adler Aguilar Almeida Andersen Baker Barros Becker Bergström Blum Boateng Brandt Calder
Castillo Chen Cohen Cruz Dahl Delgado Demir Diallo Duarte Eklund Ellis Engel Farrell Fischer Flores
Fontaine Frost Garcia Gallo Graf Greene Haddad Hansen Hartmann Hayes Herrera Holm Ibrahim Ito Jansen
Jensen Kaplan Keller Kim Klein Kowalski Laurent Lindqvist Lopez Lund Maier Marino Martin Mendes
Meyer Moreau Müller Nakamura Navarro Nguyen Novak O'Brien Okafor Olsen Ortiz Park Patel Pereira
Petrov Quist Ramos Reyes Ricci Rossi Roth Sato Schmidt Silva Singh Sørensen Suarez Tanaka Torres
Tran Vargas Vidal Vogel Walsh Weber Wolf Wright Yamada Young Zhang
""".split()
# City, state, postal code, time zone, area code.
PLACES = [
    ("Springfield", "IL", "62700", "America/Chicago", "217"),
    ("Riverton", "NY", "10900", "America/New_York", "212"),
    ("Fairview", "CA", "90200", "America/Los_Angeles", "213"),
    ("Cedar Falls", "CO", "80900", "America/Denver", "303"),
    ("Lakeside", "WA", "98900", "America/Los_Angeles", "206"),
    ("Oak Harbor", "MA", "02100", "America/New_York", "617"),
    ("Milltown", "TX", "75900", "America/Chicago", "214"),
    ("Greenwood", "GA", "30900", "America/New_York", "404"),
]
STREETS = ["Maple Street", "Lake Drive", "Sample Avenue", "Hill Road", "Garden Lane", "Station Road", "Mill Way"]
TAGS = ["retirement", "business owner", "trust", "tax planning", "education", "newsletter", "review due", "referral"]
NOTES = [
    "Prefers a call before nine.",
    "Wants to talk about the college fund at the next review.",
    "Asked for the annual letter on paper as well.",
    "Moved house; new address confirmed by phone.",
    "Interested in the retirement workshop in spring.",
    "Spouse would like to join the next meeting.",
]
