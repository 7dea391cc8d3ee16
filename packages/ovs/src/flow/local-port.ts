/** OFPP_LOCAL of OpenFlow 1.0: the number of the local port in the database. */
export const localPort = 65534;
