"""Texts as people paste them: mails, correspondence, notes. All people are made up."""

WARD = """Fra: Lungemedicinsk Afdeling, Hvidovre Hospital <lunge.hvh@regionh.dk>
Sendt: 20. november 2026 10:12
Til: Rygestop Hvidovre <rygestop@hvidovre.dk>
Emne: Henvisning til rygestop

Kære Hvidovre Kommune

Vedr.: Nancy Ann Berggren, 251248-9996

Ovenstående er indlagt med KOL i exacerbation og ønsker hjælp til rygestop. Ryger 20 cigaretter
dagligt gennem 40 år. Patienten kan træffes på tlf. 20 12 34 56, bedst efter kl. 15.
Ved spørgsmål kan afdelingen kontaktes på 38 62 11 22.

Med venlig hilsen

Anne Madsen
Sygeplejerske
Lungemedicinsk Afdeling 235, Hvidovre Hospital
Tlf. 38 62 33 44
CVR: 29190623
"""
PRACTICE = """Korrespondancemeddelelse
Lægerne Søndergade
Ydernr. 012345
Søndergade 12, 2605 Brøndby
Tlf. 43 96 11 22

Patient: Berggren, Bruno
CPR: 250947-9989
Telefon:
30303030

Henvises til rygestop. Har taget 2 rygestopforsøg, pakkeår 45. Taler kun arabisk, behov for tolk.

Mvh. Læge Hans Holm
Lægerne Søndergade
"""
FORWARDED = """Fra: Mette Bruun <mebr@hvidovre.dk>
Sendt: 23. november 2026 08:05
Til: Rygestop <rygestop@hvidovre.dk>
Emne: VS: Henvisning

Hej kollega - denne landede hos os i borgerservice.

Venlig hilsen
Mette Bruun
Borgerservice, Hvidovre Kommune
Direkte: 36 39 36 39

-----Oprindelig meddelelse-----
From: Kardiologisk Ambulatorium <kardamb@regionh.dk>
Sent: Friday, November 20, 2026 3:47 PM
To: Hvidovre Kommune
Subject: Henvisning til rygestop

Jeg henviser hermed Kirsten Berggren (CPR 291182-9996) til rygestopkursus. Hun er gravid i uge 14.
Mobil: +45 4011 2233. Mail: kirsten.berggren@example.dk

Med venlig hilsen
Overlæge Per Lund
Kardiologisk Ambulatorium
Amager og Hvidovre Hospital
Telefon 38621111, fax 38621112
"""
PHARMACY = """Hej rygestopteam
Vi har haft en snak med Max Berggren født 01.07.1972 som gerne vil i gang. Han kan ringes op på
50607080 (arbejde) eller 51 52 53 54.
Hilsen Lone, farmakonom
Hvidovre Apotek
Hvidovrevej 100
Tlf: 36781234
"""
HERSELF = """From: Brita Test Berggren <brita.b@example.com>
Date: Fri, 20 Nov 2026 21:15:30 +0100
Subject: hjælp

Hej
Jeg vil gerne stoppe med at ryge og har hørt at I har et hold om tirsdagen. I kan ringe til mig på
22 33 44 55 efter kl 16.

Mange hilsner
Brita Test Berggren
Hvidovre
"""
MINOR = """Til: Aarhus Kommune
Fra: Lægehuset Nørreport
Dato: 20-11-2026

Borger: Emma Østergård Sørensen
Cpr.nr.: 111010 9996
Mor: Lise Østergård, tlf. 61 62 63 64
Emmas mobil: 71 72 73 74
Emma ryger 10 cigaretter og snuser. Har forældrene givet samtykke? Ja, begge.

Venlig hilsen
Lægehuset Nørreport
tlf 86 12 12 12
"""
HTML = """<html><body><div class="x"><b>Navn:</b> Nancy Ann Berggren<br>
<b>CPR:</b> 251248-9996<br/>
<b>Telefon:</b>&nbsp;<a href="tel:+4520123456">20&nbsp;12&nbsp;34&nbsp;56</a>
</div>
<p>Ønsker rygestop &amp; medicin. <script>alert('x')</script></p>
<img src=x onerror=alert(1)><p>Venlig hilsen<br>Gynækologisk-Obstetrisk Afdeling</p>
</body></html>"""
WEB_FORM = """Ny tilmelding via kommunens hjemmeside
Fornavn: Jens Peter
Efternavn: van den Berg
Fødselsdato: 05-06-1980
Telefonnummer: 60708090
E-mail: jp@example.dk
Kommentar: Jeg ryger 15 om dagen
"""
JOBCENTRE = """Vedr. Ali Hassan
Borgeren er tilknyttet Jobcenter Ishøj og har ytret ønske om rygestop. Han taler somalisk.
Tlf. til borger 91 92 93 94. Ikke behov for tolk.
Borgeren har navne- og adressebeskyttelse.

De bedste hilsner
Pia Holst
Socialrådgiver
Jobcenter Ishøj, Ishøj Kommune
Dir. tlf. 43 57 75 75
"""
NOTHING = """Hej
Kan I sende nogle foldere om rygestop til venteværelset? Vi bruger mange.
Tak
"""
