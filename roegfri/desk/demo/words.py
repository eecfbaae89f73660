"""Names, texts and chances of the made-up world."""

GIVEN_F = ["Anne", "Kirsten", "Hanne", "Mette", "Anna", "Susanne", "Lene", "Marianne", "Lone", "Pia", "Gitte", "Bente", "Camilla", "Louise", "Åse", "Sofie", "Emma", "Ida", "Freja", "Laura", "Maria", "Fatima", "Aisha", "Zeynep", "Elif", "Agnieszka", "Ewa", "Amina", "Inger", "Jytte", "Ulla", "Birthe", "Tina", "Heidi", "Charlotte", "Rikke", "Maja", "Signe", "Astrid", "Ædel"]
GIVEN_M = ["Peter", "Jens", "Michael", "Lars", "Henrik", "Thomas", "Søren", "Jan", "Christian", "Martin", "Niels", "Anders", "Jørgen", "Ole", "Hans", "Per", "Erik", "Kurt", "Bjørn", "Brian", "Kim", "Flemming", "Mehmet", "Ali", "Ahmed", "Mustafa", "Piotr", "Krzysztof", "Mohammed", "Emil", "Noah", "Oscar", "Viggo", "Åge", "Preben", "Torben", "Steen", "Leif", "Øjvind", "René"]
SURNAMES = ["Nielsen", "Jensen", "Hansen", "Pedersen", "Andersen", "Christensen", "Larsen", "Sørensen", "Rasmussen", "Jørgensen", "Petersen", "Madsen", "Kristensen", "Olsen", "Thomsen", "Christiansen", "Poulsen", "Johansen", "Møller", "Mortensen", "Østergaard", "Ærø", "Aagaard", "Åkjær", "Bæk", "Kjær", "Skov", "Holm", "Lund", "Dahl", "Nørgaard", "Brix", "Winther", "Yılmaz", "Kaya", "Hassan", "Ahmed", "Khan", "Nowak", "Kowalski", "Nguyen", "Østerby", "Øllgaard"]
# Spoken by some who need an interpreter.
LANGUAGES = ("Tyrkisk", "Arabisk", "Polsk", "Engelsk", "Urdu")
STREETS = ["Kirkevej", "Skolegade", "Bredgade", "Nørregade", "Parkvej", "Strandvejen", "Bakkevej", "Rosenvænget", "Engvej", "Stationsvej", "Egevej", "Birkevænget", "Østergade", "Møllevej"]

HOSPITAL_TEXTS = (
    "Henvisning til rygestop. Ryger ca. {n} cigaretter dagligt, KOL GOLD 2. Motiveret efter "
    "indlæggelse. Må ringes op på mobil.",
    "Henvisning til rygestop. Indlagt med AMI, {n} cig./dag. Ønsker hjælp fra kommunen, gerne hold.",
    "Henvisning til rygestop. Skal opereres om seks uger, ryger {n} om dagen. Hurtig kontakt ønskes.",
    "VBA givet. Patienten siger ja til at blive ringet op af rygestoprådgiver. {n} cigaretter dgl.",
)
PRACTICE_TEXTS = (
    "Henvisning til rygestop. {n} cigaretter dagligt gennem mange år. Har prøvet at stoppe før.",
    "Henvisning til rygestop. Gravid i 2. trimester, ryger {n} dagligt, meget motiveret.",
    "Henvisning til rygestop. Diabetes type 2. Ryger {n} dgl. Træffes bedst efter kl. 15.",
    "Henvisning til rygestop. Ønsker individuel samtale. {n} cig. dagligt.",
)
SELF_TEXTS = (
    "Vil gerne i gang med et hold efter ferien.",
    "Har set jeres plakat på biblioteket. Ryger en pakke om dagen.",
    "Min kollega blev røgfri hos jer, det vil jeg også.",
    "",
)
OTHER_TEXTS = (
    "Borgeren har sagt ja til at blive ringet op.",
    "Talt med i sundhedscafeen, vil høre mere om Kom & Kvit.",
    "Spurgte til nikotinplaster i dag. Vil gerne ringes op.",
)
CALL_NOTES = (
    "Vil gerne på hold, helst tirsdag eftermiddag.",
    "Ønsker individuelle samtaler. Oplyst om gruppe, individuel rådgivning og Stoplinien.",
    "Storryger, oplyst om tilskud til medicin. Tænker over det til næste uge.",
    "Har selv købt plastre. Vil på Kom & Kvit.",
    "Godt motiveret. Ringes op igen, når den nye holdplan er klar.",
)
DECLINE_NOTES = (
    "Vil gerne vente til efter nytår.",
    "Har fået hjælp hos egen læge.",
    "Er stoppet på egen hånd.",
)
